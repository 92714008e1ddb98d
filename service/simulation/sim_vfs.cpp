#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>

#include "disk_inside.hpp"
#include "lachan/store/sqlite.hpp"

/// The functions that SQLite calls, each one a line or two over `SimDisk::Inside`.
namespace lachan::simulation {
namespace {

Handle& handle_of(sqlite3_file* file) {
    return *reinterpret_cast<Handle*>(file);
}

SimDisk::Inside& disk_of(sqlite3_vfs* vfs) {
    return *static_cast<SimDisk::Inside*>(vfs->pAppData);
}

int on_close(sqlite3_file* file) {
    Handle& handle = handle_of(file);
    File& shared = **handle.file;
    shared.locks.erase(&handle);
    for (auto& lock : shared.shm_locks) {
        lock.erase(&handle);
    }
    delete handle.file;
    delete handle.name;
    return SQLITE_OK;
}

int on_read(sqlite3_file* file, void* buffer, int amount, sqlite3_int64 offset) {
    return handle_of(file).disk->read(handle_of(file), buffer, amount, offset);
}

int on_write(sqlite3_file* file, const void* buffer, int amount, sqlite3_int64 offset) {
    return handle_of(file).disk->write(handle_of(file), buffer, amount, offset);
}

int on_truncate(sqlite3_file* file, sqlite3_int64 size) {
    return handle_of(file).disk->truncate(handle_of(file), size);
}

int on_sync(sqlite3_file* file, int) {
    return handle_of(file).disk->sync(handle_of(file));
}

int on_size(sqlite3_file* file, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>((*handle_of(file).file)->written.size());
    return SQLITE_OK;
}

/// SQLite's five levels: any number share, one may reserve, one may have it alone.
int on_lock(sqlite3_file* file, int level) {
    Handle& handle = handle_of(file);
    if (handle.disk->is_dead(handle)) {
        return SQLITE_IOERR_LOCK;
    }
    auto& locks = (*handle.file)->locks;
    for (const auto& [other, held] : locks) {
        const bool mine = other == &handle;
        const bool clash = held >= SQLITE_LOCK_PENDING ||
                           (level >= SQLITE_LOCK_RESERVED && held >= SQLITE_LOCK_RESERVED) ||
                           (level == SQLITE_LOCK_EXCLUSIVE && held >= SQLITE_LOCK_SHARED);
        if (!mine && clash) {
            return SQLITE_BUSY;
        }
    }
    locks[&handle] = std::max(locks[&handle], level);
    return SQLITE_OK;
}

int on_unlock(sqlite3_file* file, int level) {
    Handle& handle = handle_of(file);
    (*handle.file)->locks[&handle] = level;
    return SQLITE_OK;
}

int on_check_reserved(sqlite3_file* file, int* reserved) {
    const auto& locks = (*handle_of(file).file)->locks;
    *reserved = std::any_of(
        locks.begin(), locks.end(), [](const auto& lock) { return lock.second >= SQLITE_LOCK_RESERVED; });
    return SQLITE_OK;
}

int on_control(sqlite3_file*, int, void*) {
    return SQLITE_NOTFOUND;
}

int on_sector_size(sqlite3_file*) {
    return 512;
}

int on_characteristics(sqlite3_file*) {
    return 0;
}

int on_shm_map(sqlite3_file* file, int region, int size, int extend, volatile void** out) {
    auto& shm = (*handle_of(file).file)->shm;
    const auto wanted = static_cast<std::size_t>(region);
    while (shm.size() <= wanted) {
        if (extend == 0) {
            *out = nullptr;
            return SQLITE_OK;
        }
        shm.push_back(std::make_unique<std::vector<std::uint8_t>>(static_cast<std::size_t>(size)));
    }
    *out = shm[wanted]->data();
    return SQLITE_OK;
}

int on_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    Handle& handle = handle_of(file);
    if (handle.disk->is_dead(handle)) {
        return SQLITE_IOERR_SHMLOCK;
    }
    auto& locks = (*handle.file)->shm_locks;
    const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    for (int i = offset; i < offset + count; ++i) {
        auto& slot = locks[static_cast<std::size_t>(i)];
        if ((flags & SQLITE_SHM_UNLOCK) != 0) {
            slot.erase(&handle);
            continue;
        }
        for (const auto& [other, held] : slot) {
            if (other != &handle && (exclusive || held == 2)) {
                return SQLITE_BUSY;
            }
        }
    }
    if ((flags & SQLITE_SHM_LOCK) != 0) {
        for (int i = offset; i < offset + count; ++i) {
            locks[static_cast<std::size_t>(i)][&handle] = exclusive ? 2 : 1;
        }
    }
    return SQLITE_OK;
}

void on_shm_barrier(sqlite3_file*) {}

int on_shm_unmap(sqlite3_file* file, int remove) {
    File& shared = **handle_of(file).file;
    for (auto& lock : shared.shm_locks) {
        lock.erase(&handle_of(file));
    }
    if (remove != 0) {
        shared.shm.clear();
    }
    return SQLITE_OK;
}

const sqlite3_io_methods kMethods = {2,
                                     on_close,
                                     on_read,
                                     on_write,
                                     on_truncate,
                                     on_sync,
                                     on_size,
                                     on_lock,
                                     on_unlock,
                                     on_check_reserved,
                                     on_control,
                                     on_sector_size,
                                     on_characteristics,
                                     on_shm_map,
                                     on_shm_lock,
                                     on_shm_barrier,
                                     on_shm_unmap,
                                     nullptr,
                                     nullptr};

int on_open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
    file->pMethods = nullptr;
    const int code = disk_of(vfs).open(path, handle_of(file), flags, out_flags);
    if (code == SQLITE_OK) {
        file->pMethods = &kMethods;
    }
    return code;
}

int on_delete(sqlite3_vfs* vfs, const char* path, int) {
    return disk_of(vfs).remove(path);
}

int on_access(sqlite3_vfs* vfs, const char* path, int, int* result) {
    *result = disk_of(vfs).exists(path) ? 1 : 0;
    return SQLITE_OK;
}

int on_full_path(sqlite3_vfs*, const char* path, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", path);
    return SQLITE_OK;
}

int on_randomness(sqlite3_vfs* vfs, int size, char* out) {
    std::generate_n(out, size, [&] { return static_cast<char>(disk_of(vfs).random.next()); });
    return size;
}

/// Nobody to wait for on one thread: a lock held is a mistake of the test, and shows at once.
int on_sleep(sqlite3_vfs*, int microseconds) {
    return microseconds;
}

int on_time(sqlite3_vfs*, sqlite3_int64* julian_ms) {
    constexpr sqlite3_int64 kUnixEpoch = 210'866'760'000'000;
    *julian_ms = kUnixEpoch;
    return SQLITE_OK;
}

int on_last_error(sqlite3_vfs*, int, char*) {
    return 0;
}

std::string unused_name() {
    static std::atomic<int> made = 0;  // SQLite finds file layers by name, process-wide
    return "sim-disk-" + std::to_string(++made);
}

}  // namespace

SimDisk::Inside::Inside(std::uint64_t seed) : name(unused_name()), random(seed) {
    vfs.iVersion = 2;
    vfs.szOsFile = sizeof(Handle);
    vfs.mxPathname = 512;
    vfs.zName = name.c_str();
    vfs.pAppData = this;
    vfs.xOpen = on_open;
    vfs.xDelete = on_delete;
    vfs.xAccess = on_access;
    vfs.xFullPathname = on_full_path;
    vfs.xRandomness = on_randomness;
    vfs.xSleep = on_sleep;
    vfs.xGetLastError = on_last_error;
    vfs.xCurrentTimeInt64 = on_time;
    store::spare_memory_counts();
    if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK) {
        throw std::runtime_error("SQLite took no further file layer");
    }
}

SimDisk::Inside::~Inside() {
    sqlite3_vfs_unregister(&vfs);
}

}  // namespace lachan::simulation
