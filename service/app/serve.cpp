#include "serve.hpp"

#include <sys/resource.h>

#include "application.hpp"
#include "channels.hpp"
#include "console.hpp"
#include "data.hpp"
#include "lachan/base/log.hpp"

namespace lachan::app {

Result<config::Config> load_config(const std::string& file, const Flags& flags) {
    if (file.empty()) {
        return Error(Errc::validation_failed, "say which installation: --config FILE, or LACHAN_CONFIG");
    }
    config::Sources sources;
    sources.file = file;
    sources.environment = config::process_environment();
    sources.environment.erase("LACHAN_CONFIG");  // names the file itself
    sources.flags = flags;
    auto loaded = config::load(sources);
    if (!loaded) {
        return loaded.error();
    }
    log::set_level(loaded->config.log.level);
    for (const std::string& warning : loaded->warnings) {
        log::warn("config.warning", {{"what", warning}});
    }
    return std::move(loaded->config);
}

int run_check_config(const config::Config& config, bool json) {
    const auto loaded = load_world(sources_of(config), {});
    if (!loaded) {
        return complain(loaded.error());
    }
    const auto channels = delivery_options(config, config::public_url_of(config, config.api.listen.port));
    if (!channels) {
        return complain(channels.error());
    }
    if (const auto heartbeat = heartbeat_url(config); !heartbeat) {
        return complain(heartbeat.error());
    }
    if (json) {
        print_line(config::render(config));
        return kGood;
    }
    print_line("cấu hình đúng / the configuration is good");
    for (const auto& [key, text] : loaded->packs) {
        print_line("  pack       " + key);
    }
    print_line("  directory  " + loaded->world->directory->version());
    print_line("  calendar   " + loaded->world->calendar->version());
    return kGood;
}

namespace {

/// Files of its own, and connections of the housekeeping.
constexpr rlim_t kOtherDescriptors = 64;

/// Each connection, in or out, is a descriptor; the usual soft limit is for programs of another age.
void raise_descriptor_limit(const config::Config& config) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return;
    }
    limit.rlim_cur = limit.rlim_max;
    const bool raised = ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
    const auto wanted = static_cast<rlim_t>(config.api.max_connections + config.delivery.max_parallel +
                                            config.delivery.max_slow) +
                        kOtherDescriptors;
    if (!raised || limit.rlim_max < wanted) {
        log::warn("service.few_descriptors",
                  {{"allowed", static_cast<std::int64_t>(limit.rlim_max)},
                   {"wanted", static_cast<std::int64_t>(wanted)}});
    }
}

}  // namespace

int run_serve(const config::Config& config) {
    raise_descriptor_limit(config);
    auto application = Application::build(config);
    if (!application) {
        return complain(application.error());
    }
    return (*application)->run();
}

}  // namespace lachan::app
