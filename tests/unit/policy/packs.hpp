#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>

#include "lachan/policy/pack.hpp"

namespace lachan::policy::testing {

inline std::string text_of_file(const std::string& path) {
    std::ifstream file(std::string(LACHAN_SOURCE_DIR "/") + path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

inline std::string shipped_text() {
    return text_of_file("rules/lai-chau/decision-27-2023/pack.json");
}

/// The shipped pack, read once.
inline const Pack& shipped() {
    static const Pack pack = Pack::parse(shipped_text()).value();
    return pack;
}

/// Every fault of a refusal on a line of its own.
inline std::string shown(const Error& error) {
    std::string text;
    for (const Fault& fault : error.faults()) {
        text += fault.pointer + ' ' + fault.code + ' ' + fault.detail + '\n';
    }
    return text;
}

/// Parses, or fails the test with every fault.
inline Pack parsed(const std::string& text) {
    auto pack = Pack::parse(text);
    if (!pack) {
        throw std::runtime_error(shown(pack.error()));
    }
    return std::move(*pack);
}

/// A pack small enough to be read whole: one duty of 12 hours, one of 24 (48 where remote), both of the same
/// kind.
inline nlohmann::json small_pack() {
    return nlohmann::json::parse(R"json({
      "format": 1, "id": "test/small", "version": "1", "title": "Nhỏ", "valid_from": "2024-01-01T00:00:00+07:00",
      "documents": [{"source": "L1", "title": "Luật"}],
      "facts": [
        {"name": "category", "title": "Loại", "several": true,
         "values": ["sexual_abuse", "family_violence", "violence", "school_violence", "neglect", "abandonment", "trafficking",
                    "exploitation", "online_abuse", "child_marriage", "self_harm", "drowning", "injury", "special_circumstances"]},
        {"name": "danger.life", "title": "Tính mạng", "values": ["no", "yes"], "worse": [["no", "yes"]]},
        {"name": "area.remote", "title": "Vùng sâu", "values": ["no", "yes"]},
        {"name": "channel", "title": "Kênh",
         "values": ["hotline_111", "school", "commune", "police", "health", "border_guard", "agency", "public"]}
      ],
      "terms": [{"name": "violent", "title": "bạo lực", "when": {"fact": "category", "has": ["violence"]}}],
      "stages": [{"name": "received", "title": "Đã tiếp nhận"}, {"name": "assessing", "title": "Đang đánh giá"}],
      "roles": [{"name": "worker", "title": "Cán bộ"}, {"name": "police", "title": "Công an"}],
      "ladders": [{"name": "plain", "steps": [
        {"id": "overdue", "from": "due", "offset": "PT0S", "event": "duty.overdue", "tells": ["police"], "marks_overdue": true},
        {"id": "again", "from": "due", "offset": "PT4H", "event": "duty.overdue", "tells_holder": true, "repeats": "PT4H"}]}],
      "steps": [
        {"kind": "look", "title": "Xem", "results": ["bad", "fine"], "discharges": ["look"], "stage": "assessing"},
        {"kind": "act", "title": "Làm", "discharges": ["act"]}],
      "rules": [
        {"id": "R1", "title": "Luôn xem", "on": "report", "when": "always", "force": "target",
         "basis": [{"source": "L1", "clause": "Điều 1", "reading": "assumption"}], "severity": "low",
         "duties": [{"kind": "look", "title": "Xem", "role": "worker", "limit": "5 working days", "ladder": "plain"}]},
        {"id": "R2", "title": "Nguy hiểm", "on": "report", "when": {"all": [{"is": "violent"}, {"fact": "danger.life", "in": ["yes"]}]},
         "force": "law", "basis": [{"source": "L1", "clause": "Điều 2", "reading": "text"}], "urgency": "emergency", "severity": "high",
         "duties": [{"kind": "look", "title": "Xem", "role": "worker", "limit": "PT12H", "ladder": "plain"},
                    {"kind": "act", "title": "Làm", "role": "police", "per_child": true, "limit": "PT24H",
                     "limit_if_remote": "PT48H", "ladder": "plain"}],
         "notices": [{"role": "police", "event": "case.opened"}]},
        {"id": "R3", "title": "Xem lại", "on": {"step": "look", "results": ["bad"]}, "when": "always", "force": "target",
         "basis": [{"source": "L1", "clause": "Điều 3", "reading": "inferred"}],
         "duties": [{"kind": "act", "title": "Làm", "role": "worker", "per_child": true, "limit": "immediately", "within": "PT1H",
                     "ladder": "plain"}]},
        {"id": "R4", "title": "Chỉ khi nói rõ", "on": {"step": "look", "results": ["fine"], "explicit_result": true}, "when": "always",
         "force": "target", "basis": [{"source": "L1", "clause": "Điều 3", "reading": "inferred"}],
         "duties": [{"kind": "look", "title": "Xem", "role": "worker", "limit": "3 months", "ladder": "plain"}]},
        {"id": "R5", "title": "Lưu", "on": "closure", "when": {"is": "violent"}, "force": "target",
         "basis": [{"source": "L1", "clause": "Điều 4", "reading": "assumption"}],
         "duties": [{"kind": "look", "title": "Lưu", "role": "worker", "limit": "15 days", "ladder": "plain"}]}
      ]})json");
}

}  // namespace lachan::policy::testing
