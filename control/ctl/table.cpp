#include "control/ctl/table.h"

#include "common/check.h"

#include <algorithm>

namespace aaigw::ctl {

namespace {

constexpr std::string_view kBetween = "  ";

void make_printable(std::string& text)
{
    std::ranges::replace_if(
        text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }, '?');
}

void add_cell(std::string& line, std::string_view cell, std::size_t width, Align align)
{
    const std::string padding(width - cell.size(), ' ');
    if (align == Align::right)
        line += padding;
    line += cell;
    if (align == Align::left)
        line += padding;
}

} // namespace

Table::Table(std::vector<Column> columns) : columns_{std::move(columns)}
{
    for (Column& column : columns_)
        make_printable(column.heading);
}

void Table::add(std::vector<std::string> cells)
{
    AAIGW_CHECK(cells.size() == columns_.size());
    for (std::string& cell : cells)
        make_printable(cell);
    rows_.push_back(std::move(cells));
}

std::string Table::text() const
{
    std::vector<std::size_t> widths;
    for (std::size_t at = 0; at < columns_.size(); ++at) {
        widths.push_back(columns_[at].heading.size());
        for (const auto& row : rows_)
            widths[at] = std::max(widths[at], row[at].size());
    }
    std::string text;
    const auto add_line = [&](const auto& cell_at) {
        std::string line;
        for (std::size_t at = 0; at < columns_.size(); ++at) {
            if (at > 0)
                line += kBetween;
            add_cell(line, cell_at(at), widths[at], columns_[at].align);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    };
    add_line([&](std::size_t at) -> const std::string& { return columns_[at].heading; });
    for (const auto& row : rows_)
        add_line([&](std::size_t at) -> const std::string& { return row[at]; });
    return text;
}

std::string grouped(std::uint64_t number)
{
    constexpr std::size_t kGroup = 3;
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > kGroup;) {
        at -= kGroup;
        text.insert(at, 1, ',');
    }
    return text;
}

} // namespace aaigw::ctl
