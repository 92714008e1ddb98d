#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "lachan/casework/entropy.hpp"
#include "lachan/domain/report.hpp"
#include "lachan/vault/key_medium.hpp"
#include "lachan/vault/master_key.hpp"
#include "lachan/vault/sodium_vault.hpp"

namespace lachan::vault {

/// The same bytes for the same seed.
class SeededEntropy final : public casework::Entropy {
public:
    explicit SeededEntropy(std::uint64_t seed) : engine_(seed) {}

    void fill(std::span<std::uint8_t> bytes) override {
        const std::lock_guard lock(mutex_);
        for (std::uint8_t& byte : bytes) {
            byte = static_cast<std::uint8_t>(engine_());
        }
    }

private:
    std::mutex mutex_;
    std::mt19937_64 engine_;
};

/// A folder of its own, gone at the end.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "lachan-vault-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw std::runtime_error("no temporary folder");
        }
        path_ = pattern;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code unknown;
        std::filesystem::remove_all(path_, unknown);
    }

    [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

[[nodiscard]] inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Few keys at a time, so that tests cross the end of a block.
inline constexpr std::int64_t kFewKeys = 4;

/// A vault in memory that can be closed and opened again.
struct Memory {
    SeededEntropy entropy{1};
    MasterKey master = MasterKey::random(entropy);
    std::shared_ptr<KeyMedium> medium = make_key_memory();

    [[nodiscard]] std::unique_ptr<SodiumVault> open(std::int64_t first_free = 1) {
        return SodiumVault::open(master, medium, first_free, entropy, kFewKeys).value();
    }
};

[[nodiscard]] inline domain::Report sample_report() {
    domain::Report report;
    report.id = domain::ReportId("0193a6c8-0000-7000-8000-000000000001");
    report.narrative = "Cháu bé bị đánh; hàng xóm nghe tiếng khóc.\n\"Cứu!\"";
    report.place_detail = "bản A, cạnh nhà văn hoá";
    report.unknown_fields = R"({"weather":"mưa"})";
    report.children.push_back({.name = "Lò Thị Đào",
                               .sex = domain::Sex::female,
                               .birth_date = domain::PartialDate{.year = 2021, .month = 3, .day = {}},
                               .age_estimate = 5,
                               .residence_area = domain::AreaCode("03388"),
                               .address = "bản A",
                               .school = "Trường mầm non xã",
                               .guardian = "bà ngoại",
                               .special_needs = "khiếm thính",
                               .interpreter = "hmn"});
    report.children.push_back({});
    report.suspects.push_back({.relation = domain::Relation::step_parent,
                               .name = "Giàng A",
                               .agency = domain::AgencyId("ubnd-03388")});
    report.informant = domain::InformantStatement{
        .name = "Vàng Thị B", .phone = "0912345678", .anonymous = true, .consents_to_contact = false};
    return report;
}

}  // namespace lachan::vault
