#pragma once

#include <atomic>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <utility>

#include "lachan/casework/vault.hpp"

namespace lachan::bench {

/// Nanoseconds that a clock of processors shows: time in which somebody else had the processor is not in it.
inline std::int64_t cpu_ns(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

/// What calls of one kind cost.
struct Cost {
    std::atomic<std::int64_t> calls{0};
    std::atomic<std::int64_t> ns{0};
};

/// Does the work, and adds it to what such work cost.
template <class Work>
auto timed(Cost& cost, const Work& work) {
    const std::int64_t begun = cpu_ns(CLOCK_THREAD_CPUTIME_ID);
    auto result = work();
    cost.ns += cpu_ns(CLOCK_THREAD_CPUTIME_ID) - begun;
    ++cost.calls;
    return result;
}

/// A vault that does what the one within does, and keeps count of the time that sealing and hashing take.
/// Called from several threads, as the one within.
class TimedVault final : public casework::Vault {
public:
    explicit TimedVault(casework::Vault& within) : within_(within) {}

    // Counted in calls that change nothing of the vault as well.
    mutable Cost sealing;  ///< New keys, and what is sealed by keys of cases or by the service's own.
    mutable Cost hashing;  ///< Keyed hashes of names, tokens and bodies; receipts; codes of cases.

    [[nodiscard]] std::string case_code(domain::CaseNo number) const override {
        return timed(hashing, [&] { return within_.case_code(number); });
    }
    [[nodiscard]] Result<domain::CaseNo> case_no(std::string_view code) const override {
        return timed(hashing, [&] { return within_.case_no(code); });
    }
    [[nodiscard]] Result<casework::KeySlot> new_key() override {
        return timed(sealing, [&] { return within_.new_key(); });
    }
    [[nodiscard]] Result<bool> destroyed(casework::KeySlot slot) const override {
        return timed(sealing, [&] { return within_.destroyed(slot); });
    }
    [[nodiscard]] Result<void> destroy(casework::KeySlot slot) override {
        return timed(sealing, [&] { return within_.destroy(slot); });
    }
    [[nodiscard]] Result<domain::SealedReport> seal(casework::KeySlot slot,
                                                    const domain::Report& report) override {
        return timed(sealing, [&] { return within_.seal(slot, report); });
    }
    [[nodiscard]] Result<casework::OpenedIdentity> open_identity(casework::KeySlot slot,
                                                                 const domain::ReportId& report,
                                                                 BytesView sealed) const override {
        return timed(sealing, [&] { return within_.open_identity(slot, report, sealed); });
    }
    [[nodiscard]] Result<std::optional<domain::InformantStatement>> open_informant(
        casework::KeySlot slot, const domain::ReportId& report, BytesView sealed) const override {
        return timed(sealing, [&] { return within_.open_informant(slot, report, sealed); });
    }
    [[nodiscard]] Result<casework::OpenedNarrative> open_narrative(casework::KeySlot slot,
                                                                   const domain::ReportId& report,
                                                                   BytesView sealed) const override {
        return timed(sealing, [&] { return within_.open_narrative(slot, report, sealed); });
    }
    [[nodiscard]] Result<Bytes> seal_text(casework::KeySlot slot,
                                          std::string_view context,
                                          std::string_view text) override {
        return timed(sealing, [&] { return within_.seal_text(slot, context, text); });
    }
    [[nodiscard]] Result<std::string> open_text(casework::KeySlot slot,
                                                std::string_view context,
                                                BytesView sealed) const override {
        return timed(sealing, [&] { return within_.open_text(slot, context, sealed); });
    }
    [[nodiscard]] Bytes seal_own(std::string_view context, std::string_view text) override {
        return timed(sealing, [&] { return within_.seal_own(context, text); });
    }
    [[nodiscard]] Result<std::string> open_own(std::string_view context, BytesView sealed) const override {
        return timed(sealing, [&] { return within_.open_own(context, sealed); });
    }
    [[nodiscard]] casework::Receipt issue_receipt() override {
        return timed(hashing, [&] { return within_.issue_receipt(); });
    }
    [[nodiscard]] Result<Bytes> receipt_hash(std::string_view text) const override {
        return timed(hashing, [&] { return within_.receipt_hash(text); });
    }
    [[nodiscard]] Secret<std::string> new_token() override {
        return timed(hashing, [&] { return within_.new_token(); });
    }
    [[nodiscard]] Bytes token_hash(std::string_view token) const override {
        return timed(hashing, [&] { return within_.token_hash(token); });
    }
    [[nodiscard]] Secret<std::string> new_webhook_secret() override {
        return timed(hashing, [&] { return within_.new_webhook_secret(); });
    }
    [[nodiscard]] std::optional<casework::TraceHash> trace(casework::TraceKind kind,
                                                           std::string_view text) const override {
        return timed(hashing, [&] { return within_.trace(kind, text); });
    }
    [[nodiscard]] Bytes fingerprint(std::string_view text) const override {
        return timed(hashing, [&] { return within_.fingerprint(text); });
    }

private:
    casework::Vault& within_;
};

}  // namespace lachan::bench
