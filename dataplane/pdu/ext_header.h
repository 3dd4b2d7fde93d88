// The extended header group behind an MZone MAC header, or the extended subheader group of the LZone: skipped whole.
#pragma once

#include "common/bytes.h"
#include "dataplane/pdu/parse_error.h"

namespace aaigw::pdu {

/// Takes the group off the front of `in` and gives it with its length byte.
///
/// Unconfirmed for the MZone (IEEE 802.16.1-2012 6.2.2): the first byte is the length of the whole group, itself
/// included. That is what IEEE 802.16-2009 6.3.2.2.7 says of the LZone. A group of just that byte is accepted.
[[nodiscard]] inline Parsed<Bytes> take_extended_group(Reader& in) noexcept
{
    if (in.rest().empty())
        return reject(ParseError::extended_group_truncated);
    const std::size_t size = in.rest().front();
    if (size == 0)
        return reject(ParseError::extended_group_bad_length);
    const Bytes group = in.bytes(size);
    if (!in.ok())
        return reject(ParseError::extended_group_truncated);
    return group;
}

/// Whether a builder may send `group`; the empty span, no group at all, may always be sent.
[[nodiscard]] inline bool is_extended_group(Bytes group) noexcept
{
    return group.empty() || group.front() == group.size();
}

} // namespace aaigw::pdu
