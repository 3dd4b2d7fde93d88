#include "config/reference.h"

#include "config/schema.h"

#include <fmt/format.h>

#include <string_view>
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

void append_section(std::string& text, const std::string& path, const std::vector<FieldDoc>& fields)
{
    text += path.empty() ? std::string{"### Top level\n\n"} : fmt::format("### `{}`\n\n", path);
    text += "| key | value | default | meaning |\n|---|---|---|---|\n";
    for (const FieldDoc& field : fields)
        text += fmt::format("| `{}` | {} | {} | {} |\n", field.key, field.expected,
                            preset_cell(field), field.help);
    text += '\n';
    for (const FieldDoc& field : fields) {
        if (field.inner != nullptr)
            append_section(text,
                           fmt::format("{}{}{}{}", path, path.empty() ? "" : ".", field.key,
                                       field.list ? "[]" : ""),
                           field.inner());
    }
}

} // namespace

std::string key_reference()
{
    std::string text;
    append_section(text, {}, docs_of<Config>());
    text.pop_back(); // the empty line behind the last table
    return text;
}

} // namespace aaigw::config
