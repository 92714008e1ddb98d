#include "lachan/http/api.hpp"

#include "calls.hpp"
#include "lachan/casework/access_log.hpp"
#include "lachan/casework/queries.hpp"

namespace lachan::http {

std::vector<Route> api_routes(const Services& services) {
    std::vector<Route> routes;
    add_report_calls(routes, services);
    add_case_calls(routes, services);
    add_act_calls(routes, services);
    add_opening_calls(routes, services);
    add_duty_calls(routes, services);
    add_explanation_calls(routes, services);
    add_notification_calls(routes, services);
    add_receipt_calls(routes, services);
    add_agency_calls(routes, services);
    add_endpoint_calls(routes, services);
    add_rule_calls(routes, services);
    add_statistics_calls(routes, services);
    add_stream_calls(routes, services);
    add_page_calls(routes, services);
    return routes;
}

Api::Api(Services services)
    : services_(std::move(services)),
      router_(api_routes(services_)),
      dispatcher_(
          router_,
          services_.problems,
          services_.limits,
          services_.context.clock,
          [&context = services_.context](Secret<std::string> token) {
              return casework::identify(context, std::move(token));
          },
          [&context = services_.context](
              const domain::Principal& caller, std::string_view route, std::string named) {
              return casework::note_refused(context, caller, std::string(route), std::move(named));
          }) {}

}  // namespace lachan::http
