#pragma once

namespace lachan::store {

/// SQLite counts every allocation under one lock for all threads unless it is told otherwise before its first
/// use in the process; nobody reads the count. To be called by whatever may be the first to use it. Not to be
/// called for the first time while another thread is using SQLite.
void spare_memory_counts();

}  // namespace lachan::store
