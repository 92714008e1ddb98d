#pragma once

#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "content.hpp"
#include "lachan/simulation/seeded_entropy.hpp"
#include "lachan/simulation/sim_disk.hpp"

/// What the disk (`sim_disk.cpp`) and its face to SQLite (`sim_vfs.cpp`) share.
namespace lachan::simulation {

/// A change that is not on the disk yet, and how to undo it.
struct Pending {
    enum class Kind : std::uint8_t { write, truncate };
    Kind kind = Kind::write;
    std::int64_t offset = 0;      ///< Of a truncation: the new size.
    std::size_t length = 0;       ///< Of a write.
    std::size_t size_before = 0;  ///< Of the file.
    /// What stood there, as far as anything did: a part of `Changes::before`.
    std::size_t before_at = 0;
    std::size_t before_length = 0;
    std::vector<std::uint8_t> after;  ///< What was written; only while the change is undone.
};

/// Changes in order. What they replaced lies in one piece of memory, which is used again after each sync.
struct Changes {
    std::vector<Pending> list;
    std::vector<std::uint8_t> before;

    void add(Pending change, const Content& written, std::size_t amount) {
        change.before_at = before.size();
        change.before_length = written.append_part(static_cast<std::size_t>(change.offset), amount, before);
        list.push_back(std::move(change));
    }
    void clear() {
        list.clear();
        before.clear();
    }
};

inline constexpr std::size_t kFaults = 4;
inline constexpr int kShmLocks = 8;  ///< SQLITE_SHM_NLOCK

struct File {
    Content written;
    Changes pending;  ///< What `written` has and the disk has not, in order.
    /// What the disk has, where that is not `written` without `pending`: a sync failed, and what it dropped
    /// is taken for kept.
    std::optional<Content> apart;
    bool entry_synced = false;  ///< Its name is on the disk.

    std::map<const void*, int> locks;  ///< Level held by each open handle.
    std::vector<std::unique_ptr<std::vector<std::uint8_t>>> shm;
    std::array<std::map<const void*, int>, kShmLocks> shm_locks;  ///< 1: shared, 2: exclusive.
};

/// Allocated by SQLite as raw memory, hence plain.
struct Handle {
    sqlite3_file base;
    SimDisk::Inside* disk;
    std::shared_ptr<File>* file;
    std::string* name;
    std::uint64_t life;
};

class SimDisk::Inside {
public:
    explicit Inside(std::uint64_t seed);
    ~Inside();

    int open(const char* path, Handle& handle, int flags, int* out_flags);
    int read(Handle& handle, void* buffer, int amount, sqlite3_int64 offset);
    int write(Handle& handle, const void* buffer, int amount, sqlite3_int64 offset);
    int truncate(Handle& handle, sqlite3_int64 size);
    int sync(Handle& handle);
    int remove(const char* path);
    bool exists(const char* path) const { return files_.contains(path); }
    bool is_dead(const Handle& handle) const { return handle.life != life_ || powerless_; }

    void cut() { powerless_ = true; }
    void crash();
    void kill();
    void inject(Fault fault, int nth, int count) { faults_[fault] = {nth, count}; }
    void heal() { faults_.clear(); }
    void crash_in_sync(int nth) { syncs_before_crash_ = nth; }
    void crash_in_write(int nth) { writes_before_crash_ = nth; }
    void lie_about_syncs() { syncs_lie_ = true; }

    std::size_t failures(Fault fault) const { return failures_[static_cast<std::size_t>(fault)]; }

    File& at(const std::string& path) const { return *files_.at(path); }
    std::optional<std::int64_t> size_of(const std::string& path) const {
        const auto found = files_.find(path);
        if (found == files_.end()) {
            return std::nullopt;
        }
        return static_cast<std::int64_t>(found->second->written.size());
    }

    std::string name;
    std::int64_t syncs = 0;
    std::int64_t writes = 0;
    SeededEntropy random;
    sqlite3_vfs vfs{};

    bool powerless() const { return powerless_; }

private:
    struct Countdown {
        int before;
        int count;
    };
    bool strikes(Fault fault);
    /// What of the pending changes is on the disk after all.
    [[nodiscard]] Content kept_content(File& file);
    void begin_life();

    std::map<std::string, std::shared_ptr<File>> files_;
    std::map<Fault, Countdown> faults_;
    std::array<std::size_t, kFaults> failures_{};  ///< By `Fault`.
    std::uint64_t life_ = 1;
    int syncs_before_crash_ = 0;
    int writes_before_crash_ = 0;
    bool syncs_lie_ = false;
    bool powerless_ = false;
};

}  // namespace lachan::simulation
