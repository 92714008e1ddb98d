#include "subject_commands.hpp"

#include <nlohmann/json.hpp>
#include <vector>

#include "console.hpp"
#include "data.hpp"
#include "erasure_certificate.hpp"
#include "lachan/casework/erasure.hpp"
#include "lachan/casework/statements.hpp"
#include "signed_statement.hpp"

namespace lachan::app {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kActor = "command line";
constexpr std::string_view kStillOpen = "the case is open: its duties go on, without the names";

/// The case that was meant. Errors: `validation_failed`, `not_found`, `case_code_invalid`, `storage`.
Result<domain::CaseNo> case_of(const SubjectErase& order, Data& data) {
    if (order.case_code.empty() == order.report.empty()) {
        return Error(Errc::validation_failed, "say which: a case code, or --report with the id of a report");
    }
    if (order.report.empty()) {
        return data.vault->case_no(order.case_code);
    }
    std::optional<domain::CaseNo> number;
    const auto looked = data.store->read_now([&](const casework::View& view) -> Result<void> {
        const auto row = view.reports.find(domain::ReportId(order.report));
        if (!row) {
            return Error(Errc::not_found, "no report has this id");
        }
        number = row->case_no;
        return {};
    });
    if (!looked) {
        return looked.error();
    }
    return *number;
}

ordered_json warnings_of(domain::CaseStatus status) {
    return status == domain::CaseStatus::open ? ordered_json{kStillOpen} : ordered_json::array();
}

int show_plan(const casework::ErasurePlan& plan, const SubjectErase& order) {
    ordered_json document = {{"dry_run", true},
                             {"case", plan.code},
                             {"status", domain::text_of(plan.status)},
                             {"ground", order.ground},
                             {"erases", extent_json(plan.extent)},
                             {"nothing_left", plan.nothing_left},
                             {"warnings", warnings_of(plan.status)}};
    if (order.json) {
        print_line(document.dump());
        return kGood;
    }
    print_line("Sẽ xóa / would erase " + plan.code + ": " + std::to_string(plan.extent.reports.size()) +
               " reports, " + std::to_string(plan.extent.notes) + " notes, " +
               std::to_string(plan.extent.traces) + " search traces");
    for (const auto& warning : document.at("warnings")) {
        print_line("! " + warning.get<std::string>());
    }
    return kGood;
}

void print_certificate(const casework::Erased& erased, const ordered_json& certificate) {
    print_line("CHỨNG NHẬN XÓA DỮ LIỆU NHẬN DẠNG / CERTIFICATE OF ERASURE");
    print_line("Vụ việc / case:        " + erased.code);
    print_line("Xóa lúc / erased at:   " + to_rfc3339(erased.erasure.at));
    print_line("Căn cứ / ground:       " + erased.erasure.ground);
    print_line("Khóa đã hủy / key:     " + std::to_string(static_cast<std::int64_t>(erased.erasure.slot)));
    print_line("Mục nhật ký / entry:   " + std::to_string(erased.entry));
    if (erased.again) {
        print_line("Đã xóa từ trước / it was erased before, and nothing was said of it since.");
    }
    print_line(
        "Tên, địa chỉ, lời kể không còn đọc được trong cơ sở dữ liệu và mọi bản sao của nó. Bản sao cũ của "
        "kho khóa hết "
        "tác dụng khi thay khóa chủ (lachan key master rotate).");
    print_line(
        "Names, addresses and narratives can be read neither in the database nor in any copy of it. Old "
        "copies of the "
        "key store end with a new master key (lachan key master rotate).");
    print_line("Bản có chữ ký / signed:");
    print_line(certificate.dump());
}

int answer(const casework::Erased& erased, const ordered_json& certificate, bool json) {
    if (!json) {
        print_certificate(erased, certificate);
        return kGood;
    }
    ordered_json document = {{"erased", true}, {"again", erased.again}, {"case", erased.code}};
    document["erased_at"] = to_rfc3339(erased.erasure.at);
    document["ground"] = erased.erasure.ground;
    document["entry"] = erased.entry;
    document["extent"] = extent_json(erased.extent);
    document["warnings"] = warnings_of(erased.status);
    document["certificate"] = certificate;
    print_line(document.dump());
    return kGood;
}

}  // namespace

int run_subject_erase(const config::Config& config, const SubjectErase& order) {
    auto data = open_data(config, order.dry_run ? vault::KeyFileAccess::read : vault::KeyFileAccess::destroy);
    if (!data) {
        return complain(data.error());
    }
    const auto number = case_of(order, **data);
    if (!number) {
        return complain(number.error());
    }
    if (order.dry_run) {
        casework::ErasurePlan plan;
        const auto looked = (*data)->store->read_now([&](const casework::View& view) -> Result<void> {
            auto made = casework::plan_erasure(view, *(*data)->vault, *number);
            if (!made) {
                return made.error();
            }
            plan = std::move(*made);
            return {};
        });
        return looked ? show_plan(plan, order) : complain(looked.error());
    }
    casework::Erased erased;
    const auto committed = (*data)->store->commit_now([&](casework::Tx& tx) -> Result<void> {
        auto done = casework::erase_case(tx, *(*data)->vault, *number, order.ground, kActor);
        if (!done) {
            return done.error();
        }
        erased = std::move(*done);
        return {};
    });
    if (!committed) {
        return complain(committed.error());
    }
    const ordered_json certificate = certificate_of(erased, config, **data);
    (*data)->store->stop();  // moves the log into the database, and with it what was overwritten
    return answer(erased, certificate, order.json);
}

int run_subject_verify(const std::string& file, const std::string& key, bool json) {
    return answer_verification(file, key, casework::kErasureStatement, json);
}

}  // namespace lachan::app
