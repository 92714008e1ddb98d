#include "lachan/simulation/sim_disk.hpp"

#include <algorithm>
#include <utility>

#include "disk_inside.hpp"

namespace lachan::simulation {
namespace {

void apply(Content& content, const Pending& change, std::size_t length) {
    if (change.kind == Pending::Kind::truncate) {
        content.resize(static_cast<std::size_t>(change.offset));
        return;
    }
    const auto offset = static_cast<std::size_t>(change.offset);
    if (content.size() < offset + length) {
        content.resize(offset + length);
    }
    std::copy_n(change.bytes.begin(), length, content.begin() + change.offset);
}

}  // namespace

bool SimDisk::Inside::strikes(Fault fault) {
    const auto found = faults_.find(fault);
    if (found == faults_.end()) {
        return false;
    }
    Countdown& countdown = found->second;
    if (countdown.before > 1) {
        --countdown.before;
        return false;
    }
    if (--countdown.count <= 0) {
        faults_.erase(found);
    }
    return true;
}

int SimDisk::Inside::open(const char* path, Handle& handle, int flags, int* out_flags) {
    if (powerless_) {
        return SQLITE_CANTOPEN;
    }
    const bool temporary = path == nullptr;
    std::shared_ptr<File> file;
    if (temporary) {
        file = std::make_shared<File>();
    } else if (const auto found = files_.find(path); found != files_.end()) {
        file = found->second;
    } else if ((flags & SQLITE_OPEN_CREATE) != 0) {
        file = std::make_shared<File>();
        files_.emplace(path, file);
    } else {
        return SQLITE_CANTOPEN;
    }
    handle.disk = this;
    handle.file = new std::shared_ptr<File>(std::move(file));
    handle.name = new std::string(temporary ? "" : path);
    handle.life = life_;
    if (out_flags != nullptr) {
        *out_flags = flags;
    }
    return SQLITE_OK;
}

int SimDisk::Inside::read(Handle& handle, void* buffer, int amount, sqlite3_int64 offset) {
    if (is_dead(handle) || strikes(Fault::read_fails)) {
        return SQLITE_IOERR_READ;
    }
    const Content& content = (*handle.file)->written;
    const auto size = static_cast<sqlite3_int64>(content.size());
    const auto there = static_cast<std::size_t>(std::clamp<sqlite3_int64>(size - offset, 0, amount));
    auto* const bytes = static_cast<std::uint8_t*>(buffer);
    std::fill_n(bytes, amount, std::uint8_t{0});
    if (there > 0) {
        std::copy_n(content.begin() + offset, there, bytes);
    }
    return there == static_cast<std::size_t>(amount) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int SimDisk::Inside::write(Handle& handle, const void* buffer, int amount, sqlite3_int64 offset) {
    if (is_dead(handle) || strikes(Fault::write_fails)) {
        return SQLITE_IOERR_WRITE;
    }
    File& file = **handle.file;
    const bool grows = static_cast<sqlite3_int64>(file.written.size()) < offset + amount;
    if (grows && strikes(Fault::full)) {
        return SQLITE_FULL;
    }
    const auto* const bytes = static_cast<const std::uint8_t*>(buffer);
    Pending change{Pending::Kind::write, offset, Content(bytes, bytes + amount)};
    apply(file.written, change, change.bytes.size());
    file.pending.push_back(std::move(change));
    ++writes;
    if (writes_before_crash_ > 0 && --writes_before_crash_ == 0) {
        powerless_ = true;  // how much of this write is kept, `crash` decides as for every other
        return SQLITE_IOERR_WRITE;
    }
    return SQLITE_OK;
}

int SimDisk::Inside::truncate(Handle& handle, sqlite3_int64 size) {
    if (is_dead(handle)) {
        return SQLITE_IOERR_TRUNCATE;
    }
    File& file = **handle.file;
    Pending change{Pending::Kind::truncate, size, {}};
    apply(file.written, change, 0);
    file.pending.push_back(std::move(change));
    return SQLITE_OK;
}

int SimDisk::Inside::sync(Handle& handle) {
    if (is_dead(handle)) {
        return SQLITE_IOERR_FSYNC;
    }
    File& file = **handle.file;
    if (syncs_before_crash_ > 0 && --syncs_before_crash_ == 0) {
        powerless_ = true;
        return SQLITE_IOERR_FSYNC;
    }
    if (strikes(Fault::sync_fails)) {
        keep_some(
            file);  // what it did not keep is lost for later syncs too: the cache believes it to be clean
        return SQLITE_IOERR_FSYNC;
    }
    ++syncs;
    if (syncs_lie_) {
        return SQLITE_OK;
    }
    // Not the whole file: a log of megabytes is synced at each commit.
    for (const Pending& change : file.pending) {
        apply(file.synced, change, change.bytes.size());
    }
    file.pending.clear();
    file.entry_synced = true;
    return SQLITE_OK;
}

int SimDisk::Inside::remove(const char* path) {
    if (powerless_) {
        return SQLITE_IOERR_DELETE;
    }
    files_.erase(path);
    return SQLITE_OK;
}

/// Moves a part of the unsynced changes onto the disk and forgets the others.
void SimDisk::Inside::keep_some(File& file) {
    constexpr std::uint64_t kOutOf = 4;
    for (const Pending& change : file.pending) {
        const std::uint64_t fate = random.next() % kOutOf;
        if (fate < 2) {
            continue;
        }
        const bool torn = fate == 2 && !change.bytes.empty();
        apply(file.synced, change, torn ? random.next() % change.bytes.size() : change.bytes.size());
    }
    file.pending.clear();
}

void SimDisk::Inside::crash() {
    for (auto entry = files_.begin(); entry != files_.end();) {
        File& file = *entry->second;
        if (!file.entry_synced && random.next() % 2 == 1) {
            entry = files_.erase(entry);
            continue;
        }
        keep_some(file);
        auto survivor = std::make_shared<File>();
        survivor->written = file.synced;
        survivor->synced = std::move(file.synced);
        survivor->entry_synced = true;
        entry->second = std::move(survivor);
        ++entry;
    }
    begin_life();
}

void SimDisk::Inside::kill() {
    for (auto& [path, file] : files_) {
        auto survivor = std::make_shared<File>();
        survivor->written = std::move(file->written);
        survivor->synced = std::move(file->synced);
        survivor->pending = std::move(file->pending);
        survivor->entry_synced = file->entry_synced;
        file = std::move(survivor);  // without the locks and the shared memory of the dead
    }
    begin_life();
}

void SimDisk::Inside::begin_life() {
    ++life_;
    powerless_ = false;
    syncs_before_crash_ = 0;
    writes_before_crash_ = 0;
    faults_.clear();
}

SimDisk::SimDisk(std::uint64_t seed) : inside_(std::make_unique<Inside>(seed)) {}

SimDisk::~SimDisk() = default;

const std::string& SimDisk::vfs() const {
    return inside_->name;
}

void SimDisk::cut() {
    inside_->cut();
}

void SimDisk::crash() {
    inside_->crash();
}

void SimDisk::kill() {
    inside_->kill();
}

void SimDisk::inject(Fault fault, int nth, int count) {
    inside_->inject(fault, nth, count);
}

void SimDisk::heal() {
    inside_->heal();
}

void SimDisk::crash_in_sync(int nth) {
    inside_->crash_in_sync(nth);
}

void SimDisk::crash_in_write(int nth) {
    inside_->crash_in_write(nth);
}

void SimDisk::lie_about_syncs() {
    inside_->lie_about_syncs();
}

bool SimDisk::powerless() const {
    return inside_->powerless();
}

std::int64_t SimDisk::syncs() const {
    return inside_->syncs;
}

std::int64_t SimDisk::writes() const {
    return inside_->writes;
}

std::optional<std::int64_t> SimDisk::size_of(const std::string& path) const {
    return inside_->size_of(path);
}

void SimDisk::flip_bit(const std::string& path, std::int64_t offset) {
    File& file = inside_->at(path);
    file.written.at(static_cast<std::size_t>(offset)) ^= 1;
    file.synced.at(static_cast<std::size_t>(offset)) ^= 1;
}

}  // namespace lachan::simulation
