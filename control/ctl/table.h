// Table: rows of text under headings, for people.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace aaigw::ctl {

enum class Align : std::uint8_t { left, right };

struct Column {
    std::string heading;
    Align align = Align::left;
};

class Table {
  public:
    /// Characters that a terminal would obey become question marks, in headings and cells.
    explicit Table(std::vector<Column> columns);

    /// A cell for each column.
    void add(std::vector<std::string> cells);

    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
    /// With a newline at the end of each row.
    [[nodiscard]] std::string text() const;

  private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

/// With a comma between groups of three digits.
[[nodiscard]] std::string grouped(std::uint64_t number);

} // namespace aaigw::ctl
