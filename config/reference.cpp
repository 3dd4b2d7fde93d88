#include "config/reference.h"

#include "config/schema.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace aaigw::config {

namespace {

std::string preset_cell(const FieldDoc& field)
{
    switch (field.need) {
    case Need::required:
        return "required";
    case Need::lab_only:
        return "lab only";
    case Need::optional:
        break;
    }
    return field.preset.empty() ? std::string{"–"} : fmt::format("`{}`", field.preset);
}

struct Table {
    std::string path; ///< empty: the whole text
    std::vector<FieldDoc> fields;
};

std::string table_of(const Table& section)
{
    std::string text = section.path.empty() ? std::string{"### Top level\n\n"}
                                            : fmt::format("### `{}`\n\n", section.path);
    text += "| key | value | default | meaning |\n|---|---|---|---|\n";
    for (const FieldDoc& field : section.fields)
        text += fmt::format("| `{}` | {} | {} | {} |\n", field.key, field.expected,
                            preset_cell(field), field.help);
    return text;
}

} // namespace

std::string key_reference()
{
    std::string text;
    std::vector<Table> stack;
    stack.push_back({{}, docs_of<Config>()});
    while (!stack.empty()) {
        const Table section = std::move(stack.back());
        stack.pop_back();
        text += (text.empty() ? "" : "\n") + table_of(section);
        const std::string prefix = section.path.empty() ? std::string{} : section.path + ".";
        for (auto field = section.fields.rbegin(); field != section.fields.rend(); ++field) {
            if (field->inner != nullptr)
                stack.push_back({fmt::format("{}{}{}", prefix, field->key, field->list ? "[]" : ""),
                                 field->inner()});
        }
    }
    return text;
}

} // namespace aaigw::config
