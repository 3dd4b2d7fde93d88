#include "config/load.h"

#include "config/schema.h"
#include "config/text.h"
#include "config/validate.h"
#include "config/yaml_tree.h"

#include <utility>

namespace aaigw::config {

namespace {

/// Whether things for labs are accepted. An unreadable `lab` is a problem of its own and not that of every such thing.
bool says_lab(TreeNode& root)
{
    bool lab = false;
    TreeNode* node = root.find("lab");
    return node != nullptr &&
           (node->kind != NodeKind::scalar || !Flag::parse(node->text, lab).empty() || lab);
}

/// A station in one zone is sent to there.
void complete(Config& config)
{
    for (Station& station : config.static_part.stations) {
        if (!station.transmit)
            station.transmit = station.mzone ? Zone::mzone : Zone::lzone;
    }
}

} // namespace

tl::expected<Config, std::vector<Problem>> load(std::string_view text, std::string_view file)
{
    Reading reading{file};
    Config config;
    if (check_text(text, reading)) {
        if (std::optional<TreeNode> root = read_tree(text, reading); root && root->readable()) {
            reading.set_lab(says_lab(*root));
            read_mapping("", *root, config, reading);
            validate(config, *root, reading);
        }
    }
    if (!reading.clean())
        return tl::unexpected{reading.take_problems()};
    complete(config);
    return config;
}

} // namespace aaigw::config
