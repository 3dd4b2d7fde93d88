// The reference, the examples and the YAML of the documents: what they say is what load() takes.
#include "config/binding.h"
#include "config/reference.h"
#include "config/schema.h"
#include "tests/unit/config/config_testing.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace aaigw::config {
namespace {

namespace fs = std::filesystem;

fs::path source_root()
{
    const char* root =
        std::getenv("AAIGW_SOURCE_ROOT"); // NOLINT(concurrency-mt-unsafe): one thread
    EXPECT_NE(root, nullptr) << "run by `meson test`";
    return root == nullptr ? fs::path{} : fs::path{root};
}

std::string content_of(const fs::path& path)
{
    std::ifstream file{path, std::ios::binary};
    EXPECT_TRUE(file) << path;
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::vector<fs::path> files_below(const fs::path& folder, std::string_view suffix)
{
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator{folder}) {
        if (entry.path().extension() == suffix)
            found.push_back(entry.path());
    }
    return found;
}

/// What stands between ```yaml and ```.
Lines yaml_blocks(std::string_view text)
{
    constexpr std::string_view kOpen = "\n```yaml\n";
    constexpr std::string_view kClose = "\n```\n";
    Lines blocks;
    while (true) {
        const std::size_t open = text.find(kOpen);
        if (open == std::string_view::npos)
            return blocks;
        text.remove_prefix(open + kOpen.size());
        blocks.emplace_back(text.substr(0, text.find(kClose) + 1));
    }
}

TEST(Documents, ExamplesLoad)
{
    const auto examples = files_below(source_root() / "config/examples", ".yaml");
    EXPECT_GE(examples.size(), 4U);
    for (const fs::path& path : examples)
        EXPECT_EQ(problems_of(content_of(path)), Lines{}) << path;
}

TEST(Documents, YamlBlocksLoad)
{
    std::size_t blocks = 0;
    for (const fs::path& path : files_below(source_root() / "docs", ".md")) {
        for (const std::string& block : yaml_blocks(content_of(path))) {
            EXPECT_EQ(problems_of(block), Lines{}) << path << ":\n" << block;
            ++blocks;
        }
    }
    EXPECT_GE(blocks, 2U);
}

TEST(Documents, ReferenceHasEachKey)
{
    const std::string document = content_of(source_root() / "docs/reference/config.md");
    const std::string keys = "<!-- keys:begin -->\n" + key_reference() + "<!-- keys:end -->\n";
    EXPECT_NE(document.find(keys), std::string::npos)
        << "out of date: run `ninja config-reference` in the build folder";
}

TEST(Documents, MessagesOfTheReferenceAreReal)
{
    const std::string document = content_of(source_root() / "docs/reference/config.md");
    for (const auto& [edit, message] :
         {std::pair{Edit{"mtu: 9000", "mtu: 99"},
                    "mtu: out of range; expected a number from 576 to 9000"},
          std::pair{Edit{"gateway:", "gatway:"}, "gatway: unknown key; did you mean gateway?"}}) {
        EXPECT_NE(document.find(message), std::string::npos);
        EXPECT_THAT(problems_of(edited(kGateway, {edit})),
                    testing::ElementsAre(testing::EndsWith(message)));
    }
}

void each_field(const std::vector<FieldDoc>& fields,
                const std::function<void(const FieldDoc&)>& visit)
{
    for (const FieldDoc& field : fields) {
        visit(field);
        if (field.inner != nullptr)
            each_field(field.inner(), visit);
    }
}

TEST(Schema, ExplainsEachKey)
{
    std::size_t fields = 0;
    each_field(docs_of<Config>(), [&](const FieldDoc& field) {
        EXPECT_THAT(std::string{field.key}, testing::MatchesRegex("[a-z][a-z0-9_]*"));
        EXPECT_THAT(std::string{field.help}, testing::MatchesRegex("[A-Z0-9].*\\.")) << field.key;
        EXPECT_EQ(field.help.find('|'), std::string_view::npos) << "would break the table";
        EXPECT_FALSE(field.expected.empty()) << field.key;
        ++fields;
    });
    EXPECT_GT(fields, 80U);
}

TEST(Schema, HasDefaultsThatItTakesItself)
{
    std::string text = "ports:\n  - {name: access, device: net_null0, address: 10.0.0.1/8";
    for (const FieldDoc& field : docs_of<Port>()) {
        if (!field.preset.empty())
            text += ", " + std::string{field.key} + ": " + field.preset;
    }
    text += "}\n  - {name: core, device: net_null1, address: 11.0.0.1/8}\n"
            "sectors: [{index: 0, absid: 02:00:00:00:00:01}]\n"
            "core_peers: [{name: a, address: 11.0.0.2}]\n";
    for (const FieldDoc& field : docs_of<Config>()) {
        if (!field.preset.empty())
            text += std::string{field.key} + ": " + field.preset + "\n";
        if (field.inner == nullptr || field.list || field.need != Need::optional)
            continue;
        text += std::string{field.key} + ":\n";
        for (const FieldDoc& inner : field.inner()) {
            EXPECT_FALSE(inner.preset.empty()) << inner.key;
            text += "  " + std::string{inner.key} + ": " + inner.preset + "\n";
        }
    }
    EXPECT_THAT(text, testing::HasSubstr("stall_alarm_ms: 1000"));
    EXPECT_EQ(problems_of(text), Lines{}) << text;
}

} // namespace
} // namespace aaigw::config
