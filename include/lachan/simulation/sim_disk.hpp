#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace lachan::simulation {

/// A disk in memory that can lose power, as a SQLite file layer.
///
/// What it may do to a file, and why the store must survive it:
///  - a write is seen by every reader at once, but is on the disk only after a sync: a crash keeps any part
///  of
///    the unsynced writes, in no order, and may keep only the front of one (a torn write);
///  - a file that was created but never synced may be gone after a crash;
///  - a write may find the disk full, and a write, a read or a sync may fail; a failed sync may have dropped
///  the
///    very writes it was to keep.
/// What was synced stays. Two connections of one thread see each other's locks, as processes would.
///
/// The same seed and the same calls give the same outcome. Used on one thread.
class SimDisk {
public:
    explicit SimDisk(std::uint64_t seed);
    ~SimDisk();
    SimDisk(const SimDisk&) = delete;
    SimDisk& operator=(const SimDisk&) = delete;

    /// What to give SQLite (and `StoreOptions::vfs`) to work on this disk.
    [[nodiscard]] const std::string& vfs() const;

    /// The power goes out: from now on nothing reaches the disk, until `crash()` or `kill()` begins a new
    /// life.
    void cut();
    /// Cuts the power, if it is not out already, and brings it back. Every open file handle is dead from now
    /// on: what the old process still does has no effect.
    void crash();
    /// The process dies, the machine goes on: everything written is still there, synced or not. Handles die.
    void kill();

    enum class Fault : std::uint8_t {
        full,  ///< Writes that make a file longer find no room.
        write_fails,
        read_fails,
        sync_fails,  ///< The sync reports failure, and the writes before it may be lost in a crash even if a
                     ///< later sync succeeds.
    };
    /// From the n-th matching call on (1: the next one), `count` calls fail.
    void inject(Fault fault, int nth = 1, int count = 1);
    void heal();
    /// How many calls failed by it so far.
    [[nodiscard]] std::size_t failures(Fault fault) const;

    /// Cuts the power in the middle of the n-th sync from now (1: the next one), after a part of its writes
    /// was kept. Calls after it fail until `crash()` is called. Lets a test die inside a COMMIT.
    void crash_in_sync(int nth);
    /// The same in the middle of the n-th write.
    void crash_in_write(int nth);
    /// True once the power went out.
    [[nodiscard]] bool powerless() const;
    /// From now on a sync answers success and keeps nothing, as a dishonest disk does: no store survives
    /// that, so whoever looks for losses must find some.
    void lie_about_syncs();

    [[nodiscard]] std::int64_t syncs() const;
    [[nodiscard]] std::int64_t writes() const;
    /// Size of a file as written; none where it does not exist.
    [[nodiscard]] std::optional<std::int64_t> size_of(const std::string& path) const;
    /// Inverts one bit of what a file holds, as a failing medium does.
    void flip_bit(const std::string& path, std::int64_t offset);

    class Inside;

private:
    std::unique_ptr<Inside> inside_;
};

}  // namespace lachan::simulation
