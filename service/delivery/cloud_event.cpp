#include "lachan/delivery/cloud_event.hpp"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace lachan::delivery {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kSpecVersion = "1.0";

/// Reads the members of one JSON object and keeps every fault.
class ObjectReader {
public:
    ObjectReader(const ordered_json& object, std::string pointer, std::vector<Fault>& faults)
        : object_(object), pointer_(std::move(pointer)), faults_(faults) {}

    std::string text(const char* name) {
        const ordered_json* const value = member(name);
        if (value != nullptr && value->is_string()) {
            return value->get<std::string>();
        }
        fault(name, value == nullptr ? "required" : "type", "a text is wanted");
        return {};
    }

    std::string text_or_empty(const char* name) {
        return member(name) == nullptr ? std::string() : text(name);
    }

    std::int64_t integer_or_zero(const char* name) {
        const ordered_json* const value = member(name);
        if (value != nullptr && !value->is_number_integer()) {
            fault(name, "type", "a whole number is wanted");
        }
        return value != nullptr && value->is_number_integer() ? value->get<std::int64_t>() : 0;
    }

    bool flag(const char* name) {
        const ordered_json* const value = member(name);
        if (value != nullptr && !value->is_boolean()) {
            fault(name, "type", "true or false is wanted");
        }
        return value != nullptr && value->is_boolean() && value->get<bool>();
    }

    std::optional<Instant> instant(const char* name) {
        const auto result = parse_rfc3339(text(name));
        if (!result) {
            fault(name, "format", "an RFC 3339 instant is wanted");
        }
        return result;
    }

    const ordered_json* member(const char* name) const {
        const auto found = object_.find(name);
        return found == object_.end() || found->is_null() ? nullptr : &*found;
    }

    /// One fault a place: the first says enough.
    void fault(const char* name, std::string code, std::string detail) {
        std::string place = pointer_ + "/" + name;
        if (faults_.empty() || faults_.back().pointer != place) {
            faults_.push_back({std::move(place), std::move(code), std::move(detail)});
        }
    }

private:
    const ordered_json& object_;
    std::string pointer_;
    std::vector<Fault>& faults_;
};

void read_data(const ordered_json& data, Event& event, std::vector<Fault>& faults) {
    ObjectReader reader(data, "/data", faults);
    event.case_code = reader.text_or_empty("case");
    event.case_sequence = reader.integer_or_zero("case_seq");
    if (const auto urgency = domain::parse_code<domain::Urgency>(reader.text("urgency"))) {
        event.urgency = *urgency;
    } else {
        reader.fault("urgency", "value", "normal, urgent or emergency is wanted");
    }
    event.duty = reader.text_or_empty("duty");
    if (reader.member("respond_by") != nullptr) {
        event.respond_by = reader.instant("respond_by");
    }
    event.href = reader.text("href");
    event.exercise = reader.flag("exercise");
}

ordered_json data_of(const casework::Message& message, std::string_view source) {
    ordered_json data = ordered_json::object();
    if (!message.case_code.empty()) {
        data["case"] = message.case_code;
        data["case_seq"] = message.case_sequence;
    }
    data["urgency"] = domain::text_of(message.urgency);
    if (!message.duty.empty()) {
        data["duty"] = message.duty;
    }
    if (message.respond_by) {
        data["respond_by"] = to_rfc3339(*message.respond_by);
    }
    data["href"] = link_of(message, source);
    if (message.exercise) {
        data["exercise"] = true;
    }
    return data;
}

}  // namespace

std::string link_of(const casework::Message& message, std::string_view source) {
    std::string link(source);
    if (!message.case_code.empty()) {
        link.append("/v1/cases/").append(message.case_code);
    }
    return link;
}

Result<std::string> event_body(const casework::Message& message, std::string_view source) {
    ordered_json event = {
        {"specversion", kSpecVersion}, {"id", message.id}, {"source", source}, {"type", message.type}};
    if (!message.case_code.empty()) {
        event["subject"] = message.case_code;
    }
    event["time"] = to_rfc3339(message.created_at);
    event["datacontenttype"] = "application/json";
    event["data"] = data_of(message, source);
    // Broken UTF-8 must not stop an alarm: it is replaced instead of thrown about.
    std::string body = event.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
    if (body.size() > kLargestEvent) {
        return Error(Errc::payload_too_large, "the event is larger than a push may be");
    }
    return body;
}

Result<Event> parse_event(std::string_view body) {
    if (body.size() > kLargestEvent) {
        return Error(Errc::payload_too_large, "the event is larger than a push may be");
    }
    const ordered_json document = ordered_json::parse(body, nullptr, false);
    if (!document.is_object()) {
        return Error(Errc::malformed_json, "the body is not a JSON object");
    }
    std::vector<Fault> faults;
    ObjectReader reader(document, "", faults);
    if (reader.text("specversion") != kSpecVersion) {
        reader.fault("specversion", "value", "1.0 is wanted");
    }
    Event event;
    event.id = reader.text("id");
    event.source = reader.text("source");
    event.type = reader.text("type");
    event.subject = reader.text_or_empty("subject");
    event.time = reader.instant("time").value_or(Instant{});
    if (const ordered_json* const data = reader.member("data"); data != nullptr && data->is_object()) {
        read_data(*data, event, faults);
    } else {
        reader.fault("data", "type", "an object is wanted");
    }
    if (event.subject != event.case_code) {
        reader.fault("subject", "value", "subject and data.case name different cases");
    }
    if (!faults.empty()) {
        return Error(Errc::validation_failed, "the body is not an event of this service", std::move(faults));
    }
    return event;
}

}  // namespace lachan::delivery
