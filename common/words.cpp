// "Did you mean", by Levenshtein distance.
#include "common/words.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace aaigw {

namespace {

/// Insertions, deletions and replacements of single characters that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row.back();
}

} // namespace

std::string_view closest(std::string_view word, std::span<const std::string> known)
{
    constexpr std::size_t kMaxWord = 64; // bounds the work on a value that took the place of a name
    std::size_t best_distance = 3;
    std::string_view best;
    if (word.size() > kMaxWord)
        return best;
    for (const std::string& candidate : known) {
        const std::size_t distance = edit_distance(word, candidate);
        // For a short name, two errors would make it any other short name.
        if (distance < best_distance && 2 * distance < candidate.size()) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

} // namespace aaigw
