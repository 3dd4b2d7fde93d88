#include "config/problem.h"

#include <fmt/format.h>

namespace aaigw::config {

std::string to_text(const Problem& problem)
{
    return fmt::format("{}:{}:{}: {}", problem.file, problem.place.line, problem.place.column,
                       problem.message);
}

} // namespace aaigw::config
