#include <charconv>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "lachan/delivery/cloud_event.hpp"
#include "lachan/delivery/signer.hpp"

// Writes one signed event of every type, and one more of each as an exercise during a rotation of secrets, a
// line of JSON each: {"secrets", "headers", "body"}. Usage: webhook_samples SECONDS_SINCE_1970
namespace {

using namespace lachan;

casework::Message message_of(std::string_view type, Instant now) {
    casework::Message message;
    message.id = "0193a6c8-7d1e-7b22-9c41-3f5e2a90b7d4";
    message.type = type;
    message.created_at = now;
    message.sent_at = now;
    if (type == "vn.lachan.endpoint.ping.v1") {
        return message;
    }
    message.case_code = "LC-7K3M-Q9TX-4";
    message.case_sequence = 12;
    message.urgency = domain::Urgency::emergency;
    if (type.find(".duty.") != std::string_view::npos) {
        message.duty = "LC-7K3M-Q9TX-4.d3";
        message.respond_by = now + std::chrono::minutes(15);
    }
    return message;
}

nlohmann::json sample(const casework::Message& message, const std::vector<Secret<std::string>>& secrets) {
    const std::string body = delivery::event_body(message, "https://lachan.example.vn").value();
    const auto signature = delivery::sign(secrets, message.id, message.sent_at, body).value();
    nlohmann::json texts = nlohmann::json::array();
    for (const Secret<std::string>& secret : secrets) {
        texts.push_back(secret.reveal());
    }
    return {{"secrets", texts},
            {"headers",
             {{"content-type", delivery::kEventMediaType},
              {"webhook-id", signature.id},
              {"webhook-timestamp", signature.timestamp},
              {"webhook-signature", signature.signature}}},
            {"body", body}};
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view text = argc == 2 ? argv[1] : "";
    std::int64_t seconds = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), seconds).ec != std::errc()) {
        std::fputs("usage: webhook_samples SECONDS_SINCE_1970\n", stderr);
        return 2;
    }
    const Instant now = from_ms(seconds * 1000);
    const Secret<std::string> present("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    const Secret<std::string> next("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    for (const std::string_view type : delivery::kEventTypes) {
        casework::Message message = message_of(type, now);
        std::cout << sample(message, {present}).dump() << '\n';
        message.exercise = true;
        std::cout << sample(message, {present, next}).dump() << '\n';
    }
    return 0;
}
