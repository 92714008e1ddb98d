#include "wording.hpp"

namespace lachan::delivery {
namespace {

struct Phrase {
    std::string_view marked;
    std::string_view ascii;
};

constexpr Phrase kExercise{"[DIỄN TẬP] ", "[DIEN TAP] "};
constexpr Phrase kEmergency{"[KHẨN] ", "[KHAN] "};
constexpr Phrase kNoPrefix{"", ""};
constexpr Phrase kCase{"Vụ việc ", "Vu viec "};
constexpr Phrase kToDo{" có việc cần xử lý", " co viec can xu ly"};
constexpr Phrase kPing{"Lá chắn: thử kênh nhận tin, không cần trả lời",
                       "La chan: thu kenh nhan tin, khong can tra loi"};

std::string sentence(const casework::Message& message, std::string_view Phrase::* form) {
    const Phrase& first = message.exercise ? kExercise : kNoPrefix;
    const Phrase& second = message.urgency == domain::Urgency::emergency ? kEmergency : kNoPrefix;
    std::string text;
    text.append(first.*form).append(second.*form);
    if (message.case_code.empty()) {
        return text.append(kPing.*form);
    }
    return text.append(kCase.*form).append(message.case_code).append(kToDo.*form);
}

}  // namespace

Wording wording_of(const casework::Message& message, std::string_view case_link) {
    Wording wording;
    wording.subject = sentence(message, &Phrase::marked);
    wording.text = wording.subject + ".";
    wording.text_ascii = sentence(message, &Phrase::ascii) + ".";
    if (!message.case_code.empty()) {
        wording.link.append(case_link).append(message.case_code);
        wording.text.append(" ").append(wording.link);
        wording.text_ascii.append(" ").append(wording.link);
    }
    return wording;
}

}  // namespace lachan::delivery
