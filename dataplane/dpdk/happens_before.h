// Tells ThreadSanitizer what it cannot see: that DPDK, which it does not watch, orders a buffer's users.
#pragma once

#include "common/happens_before.h"

namespace aaigw::dpdk {

/// Before a buffer goes to DPDK (freed, sent): another thread may get it next.
inline void goes_to_dpdk(void* mbuf) noexcept
{
    happens_before(mbuf);
}

/// After a buffer came from DPDK (allocated, received): what its last user did is over.
inline void came_from_dpdk(void* mbuf) noexcept
{
    happens_after(mbuf);
}

} // namespace aaigw::dpdk
