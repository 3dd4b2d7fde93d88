#include "tests/swap/leftovers.h"

#include "common/check.h"
#include "tests/swap/aes_schedule.h"

#include <fmt/format.h>

#include <set>

namespace aaigw::swap {

namespace {

enum class Part : std::uint8_t { whole_key, first_round, last_round, planted };

constexpr std::uint64_t name_of(std::uint32_t station, std::uint32_t number, Part part)
{
    return std::uint64_t{station} << 40 | std::uint64_t{number} << 8 |
           static_cast<std::uint64_t>(part);
}

constexpr Part part_of(std::uint64_t name)
{
    return static_cast<Part>(name & 0xff);
}

std::string words(const Find& find)
{
    constexpr std::array<std::string_view, 3> kParts{"itself", "round key 1", "round key 10"};
    return fmt::format("TEK {} of station {}, {}, at {:#x} in {}", find.name >> 8 & 0xffffffff,
                       find.name >> 40, kParts[find.name & 0xff], find.address, find.mapping);
}

void add_tek(Needles& needles, KeyTree& keys, std::uint32_t station, std::uint32_t number)
{
    const Tek tek = keys.tek(station, number);
    const auto schedule = aes_schedule(tek.expose());
    const auto round = [&schedule](std::size_t which) {
        return std::span<const std::uint8_t, kNeedleBytes>{
            schedule.expose().data() + which * kNeedleBytes, kNeedleBytes};
    };
    needles.add(round(0), name_of(station, number, Part::whole_key));
    needles.add(round(1), name_of(station, number, Part::first_round));
    needles.add(round(10), name_of(station, number, Part::last_round));
}

} // namespace

Leftovers search_for_keys(std::uint64_t seed, std::span<const TekRange> ranges)
{
    Leftovers left;
    Needles needles;
    {
        KeyTree keys{seed};
        for (const TekRange& range : ranges)
            for (std::uint32_t number = range.first; number <= range.last; ++number, ++left.teks)
                add_tek(needles, keys, range.station, number);
    }
    // A key of nobody, at an odd address, as a string or a packet could hold one.
    const auto planted = std::make_unique<std::array<std::uint8_t, kNeedleBytes + 1>>();
    for (std::size_t i = 1; i < planted->size(); ++i)
        (*planted)[i] = static_cast<std::uint8_t>(0xc3 + 29 * i);
    needles.add(std::span{*planted}.subspan<1>(), name_of(0, 0, Part::planted));

    const SearchResult result = search_memory(needles);
    left.bytes = result.bytes;
    std::set<std::uint64_t> teks;
    bool planted_found = false;
    for (const Find& find : result.finds) {
        if (part_of(find.name) == Part::planted) {
            planted_found |= find.address == reinterpret_cast<std::uintptr_t>(planted->data() + 1);
            continue;
        }
        left.finds.push_back(words(find));
        teks.insert(find.name >> 8);
    }
    left.teks_found = teks.size();
    AAIGW_CHECK(planted_found || result.finds.size() == kMaxFinds);
    return left;
}

} // namespace aaigw::swap
