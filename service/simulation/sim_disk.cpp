#include "lachan/simulation/sim_disk.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "disk_inside.hpp"

namespace lachan::simulation {
namespace {

std::size_t place_of(const Pending& change) {
    return static_cast<std::size_t>(change.offset);
}

/// `length`: how much of a write; less than all of it is a torn one.
void redo(Content& content, const Pending& change, std::size_t length) {
    if (change.kind == Pending::Kind::truncate) {
        content.resize(place_of(change));
    } else {
        content.write(place_of(change), change.after.data(), length);
    }
}

/// The last of the changes first; keeps what is needed to do it again.
void undo(Content& content, Pending& change, const std::vector<std::uint8_t>& before) {
    if (change.kind == Pending::Kind::write) {
        change.after = content.part(place_of(change), change.length);
    }
    content.resize(change.size_before);
    content.write(place_of(change), before.data() + change.before_at, change.before_length);
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
    ++failures_[static_cast<std::size_t>(fault)];
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
    auto* const bytes = static_cast<std::uint8_t*>(buffer);
    const std::size_t there =
        (*handle.file)
            ->written.read(static_cast<std::size_t>(offset), bytes, static_cast<std::size_t>(amount));
    std::fill(bytes + there, bytes + amount, std::uint8_t{0});
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
    const auto place = static_cast<std::size_t>(offset);
    const auto length = static_cast<std::size_t>(amount);
    file.pending.add({.kind = Pending::Kind::write,
                      .offset = offset,
                      .length = length,
                      .size_before = file.written.size(),
                      .before_at = 0,
                      .before_length = 0,
                      .after = {}},
                     file.written,
                     length);
    file.written.write(place, static_cast<const std::uint8_t*>(buffer), length);
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
    const std::size_t before = file.written.size();
    const auto place = static_cast<std::size_t>(size);
    const std::size_t cut_off = before > place ? before - place : 0;
    file.pending.add({.kind = Pending::Kind::truncate,
                      .offset = size,
                      .length = 0,
                      .size_before = before,
                      .before_at = 0,
                      .before_length = 0,
                      .after = {}},
                     file.written,
                     cut_off);
    file.written.resize(place);
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
        // What it does not keep is lost for later syncs too: the cache believes it to be clean.
        Content visible = file.written.copy();
        file.apart = kept_content(file);
        file.written = std::move(visible);
        return SQLITE_IOERR_FSYNC;
    }
    ++syncs;
    if (syncs_lie_) {
        return SQLITE_OK;
    }
    if (file.apart) {
        for (const Pending& change : file.pending.list) {
            const auto bytes = file.written.part(place_of(change), change.length);
            file.apart->resize(change.kind == Pending::Kind::truncate ? place_of(change)
                                                                      : file.apart->size());
            file.apart->write(place_of(change), bytes.data(), bytes.size());
        }
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

/// Some of them, and of some only the front. Leaves the file without content and pending changes.
Content SimDisk::Inside::kept_content(File& file) {
    constexpr std::uint64_t kOutOf = 4;
    auto& changes = file.pending.list;
    for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
        undo(file.written, *change, file.pending.before);
    }
    Content content = file.apart ? std::move(*file.apart) : std::move(file.written);
    for (const Pending& change : changes) {
        const std::uint64_t fate = random.next() % kOutOf;
        if (fate < 2) {
            continue;
        }
        const bool torn = fate == 2 && change.length > 0;
        redo(content, change, torn ? random.next() % change.length : change.length);
    }
    file.pending.clear();
    file.apart.reset();
    return content;
}

void SimDisk::Inside::crash() {
    for (auto entry = files_.begin(); entry != files_.end();) {
        File& file = *entry->second;
        if (!file.entry_synced && random.next() % 2 == 1) {
            entry = files_.erase(entry);
            continue;
        }
        auto survivor = std::make_shared<File>();
        survivor->written = kept_content(file);
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
        survivor->apart = std::move(file->apart);
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

std::size_t SimDisk::failures(Fault fault) const {
    return inside_->failures(fault);
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
    const auto place = static_cast<std::size_t>(offset);
    for (Content* content : {&file.written, file.apart ? &*file.apart : nullptr}) {
        auto byte = content == nullptr ? std::vector<std::uint8_t>() : content->part(place, 1);
        if (!byte.empty()) {
            byte.front() ^= 1;
            content->write(place, byte.data(), 1);
        }
    }
}

}  // namespace lachan::simulation
