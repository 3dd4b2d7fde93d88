// Writes the tables of all keys into docs/reference/config.md: `ninja config-reference`.
#include "config/reference.h"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

int main(int argc, char** argv)
{
    constexpr std::string_view kBegin = "<!-- keys:begin -->\n";
    constexpr std::string_view kEnd = "<!-- keys:end -->";
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s DOCUMENT\n", argv[0]);
        return 2;
    }
    std::ifstream in{argv[1]};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    const std::size_t begin = text.find(kBegin);
    const std::size_t end = text.find(kEnd);
    if (begin == std::string::npos || end == std::string::npos || end < begin) {
        std::fprintf(stderr, "%s has no place for the keys\n", argv[1]);
        return 1;
    }
    const std::size_t from = begin + kBegin.size();
    text.replace(from, end - from, aaigw::config::key_reference());
    std::ofstream out{argv[1]};
    out << text << std::flush;
    return out ? 0 : 1;
}
