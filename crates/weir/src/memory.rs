//! How the C library's allocator keeps memory.

/// Blocks of this size and more are given back to the system as soon as they are free.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const GIVEN_BACK_BYTES: libc::c_int = 1 << 20;
/// What the allocator keeps of smaller ones at most.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT_BYTES: libc::c_int = 2 << 20;

/// Settles what freed memory is kept for.
///
/// Left alone, glibc learns from the first large column that is freed to keep all blocks of its size, and gives threads
/// that come and go eight places a processor to leave gaps in: memory then grows with the length of a run
/// (docs/performance.md).
pub fn settle() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let arenas = libc::c_int::try_from(processors).unwrap_or(libc::c_int::MAX);
        // SAFETY: the program has one thread yet, and the calls set numbers that are valid for their names. They return
        // 0 when they do not take one, and then nothing changes.
        #[allow(unsafe_code)]
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, GIVEN_BACK_BYTES);
            libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_BYTES);
            libc::mallopt(libc::M_ARENA_MAX, arenas);
        }
    }
}
