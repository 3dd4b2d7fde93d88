// Parsing by CLI11, and our own one-line messages in place of its, which quote what they do not understand.
#include "control/ctl/command_line.h"

#include "common/check.h"
#include "common/words.h"
#include "control/ctl/commands.h"
#include "control/ctl/engine.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

namespace aaigw::ctl {

namespace {

constexpr std::string_view kProgramNotes =
    "A command line can be read by every user of the machine while the command runs. Any value "
    "may\n"
    "therefore be @FILE (the content of FILE) or - (standard input, for one value of a command);\n"
    "white space around such content is dropped. Hex is written without separators or with a "
    "colon\n"
    "between all pairs; numbers are decimal, or hex after 0x. HN stands for N bytes of hex.\n"
    "\n"
    "derive and pdu print one JSON object on standard output; commands that ask a running daemon\n"
    "print text for people, or JSON with --json. Exit status:\n"
    "  0  done\n"
    "  1  a check of a PDU failed, the daemon is not well or cannot answer, or the result could\n"
    "     not be written\n"
    "  2  bad input: standard error names the option, or the place in the file, and what is wrong\n"
    "  3  the crypto engine cannot be used on this machine, or no daemon answers\n"
    "  4  internal error";

constexpr std::string_view kCommandNotes =
    "HN stands for N bytes as hex. Any value may be @FILE or -, see aaigwctl --help.";

class CommandLine {
  public:
    CommandLine();

    Result<Request> parse(std::span<const char* const> argv);

  private:
    CLI::App& add_node(std::string_view path, std::string_view description);
    void add_group(const Group& group);
    void add_command(const Command& command);

    /// The selected node, and those above it, from the root down.
    std::vector<CLI::App*> selected_path();

    std::optional<std::string> complaint(std::span<const char* const> argv);
    Arguments collect(const Command& command);

    CLI::App root_{"Offline and operator commands of the aaigw security gateway.", "aaigwctl"};
    std::map<std::string, CLI::App*, std::less<>> nodes_{{"", &root_}};
    std::map<const CLI::App*, const Command*> commands_;
};

void set_up(CLI::App& node)
{
    // What is left over is reported by complaint(): CLI11's own message would quote it.
    node.allow_extras();
    node.set_version_flag("--version", "aaigwctl " AAIGW_VERSION, "print the version and exit");
    node.get_help_ptr()->description("print this help and exit");
}

void add_engine_option(CLI::App& node)
{
    node.add_option(std::string{kEngineOption})
        ->type_name("ipsec-mb|openssl")
        ->description("crypto implementation; default ipsec-mb, as in the data plane");
}

CommandLine::CommandLine()
{
    constexpr std::size_t kHelpColumn = 36;
    root_.get_formatter()->column_width(kHelpColumn);
    root_.get_formatter()->label("SUBCOMMAND", "COMMAND");
    root_.get_formatter()->label("Subcommands", "Commands");
    root_.get_formatter()->label("REQUIRED", "(required)");
    set_up(root_);
    add_engine_option(root_);
    root_.footer(std::string{kProgramNotes});
    root_.require_subcommand(1);
    for (const Group& group : groups())
        add_group(group);
    for (const Command* command : commands())
        add_command(*command);
}

CLI::App& CommandLine::add_node(std::string_view path, std::string_view description)
{
    const std::size_t space = path.rfind(' ');
    const auto parent =
        nodes_.find(space == path.npos ? std::string_view{} : path.substr(0, space));
    AAIGW_CHECK(parent != nodes_.end());
    CLI::App* node = parent->second->add_subcommand(
        std::string{path.substr(space == path.npos ? 0 : space + 1)}, std::string{description});
    node->group("Commands");
    set_up(*node);
    nodes_.emplace(path, node);
    return *node;
}

void CommandLine::add_group(const Group& group)
{
    CLI::App& node = add_node(group.path, group.description);
    add_engine_option(node);
    node.footer("");
    node.require_subcommand(1);
}

void CommandLine::add_command(const Command& command)
{
    CLI::App& node = add_node(command.path, command.description);
    commands_.emplace(&node, &command);
    const bool is_offline = command.kind == CommandKind::offline;
    node.footer(is_offline ? fmt::format("{}\n{}", command.notes, kCommandNotes)
                           : std::string{command.notes});
    for (const Parameter& parameter : command.parameters) {
        std::string name{parameter.name};
        if (!parameter.short_name.empty())
            name += fmt::format(",{}", parameter.short_name);
        CLI::Option* option =
            parameter.presence == Presence::flag ? node.add_flag(name) : node.add_option(name);
        option->description(std::string{parameter.description});
        option->type_name(std::string{parameter.placeholder});
        option->required(parameter.presence == Presence::required);
    }
    if (is_offline)
        add_engine_option(node);
}

std::vector<CLI::App*> CommandLine::selected_path()
{
    std::vector<CLI::App*> path{&root_};
    while (!path.back()->get_subcommands().empty())
        path.push_back(path.back()->get_subcommands().front());
    return path;
}

bool is_flag(const CLI::Option& option)
{
    return option.get_expected_max() == 0;
}

/// Whether part of `text` may be a key or a nonce.
bool looks_like_hex(std::string_view text)
{
    constexpr std::size_t kSuspiciousDigits = 8; // no name of an option has as many in a row
    std::size_t run = 0;
    for (const char c : text) {
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        run = hex ? run + 1 : 0;
        if (run == kSuspiciousDigits)
            return true;
    }
    return false;
}

/// The name of an option that CLI11 does not know, without its value; empty when a value may hang on it, as in
/// `-k00ff` or `--tek00ff..`, for then it must not be shown.
std::string_view unknown_option_name(std::string_view argument)
{
    constexpr std::size_t kLongestShown = 24;
    const std::string_view name = argument.substr(0, argument.find('='));
    const bool is_long = name.starts_with("--");
    const bool printable = std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~'; });
    if (!printable || name.size() > (is_long ? kLongestShown : 2) || looks_like_hex(name))
        return {};
    return name;
}

std::string unknown_option(std::string_view argument, const std::vector<std::string>& known)
{
    const std::string_view name = unknown_option_name(argument);
    if (name.empty())
        return "unknown option (its name is not shown: it may hold a value)";
    const std::string_view meant = closest(name, known);
    return meant.empty() ? fmt::format("{}: unknown option", name)
                         : fmt::format("{}: unknown option; did you mean {}?", name, meant);
}

/// About `--name=`, for which CLI11 would take the next argument as the value.
std::optional<std::string> empty_value_complaint(std::span<const char* const> argv)
{
    for (const std::string_view argument : argv) {
        if (argument.starts_with("--") && argument.ends_with('=')) {
            const std::string_view name = unknown_option_name(argument);
            return fmt::format("{}: its value is empty", name.empty() ? "an option" : name);
        }
    }
    return std::nullopt;
}

std::vector<std::string> option_names(const CLI::App& node)
{
    std::vector<std::string> names;
    for (const CLI::Option* option : node.get_options()) {
        for (const std::string& name : option->get_lnames())
            names.push_back("--" + name);
    }
    return names;
}

std::vector<std::string> subcommand_names(const CLI::App& node)
{
    std::vector<std::string> names;
    for (const CLI::App* sub : node.get_subcommands({}))
        names.push_back(sub->get_name());
    return names;
}

/// The one thing that is wrong with the options of `node`, if anything is.
std::optional<std::string> option_complaint(const CLI::App& node, std::span<const char* const> argv)
{
    const std::string_view last = argv.back();
    std::vector<std::string> missing;
    for (const CLI::Option* option : node.get_options()) {
        const std::string name = option->get_name();
        const auto has_value = [&](std::string_view argument) {
            return argument.starts_with(name + '=');
        };
        if (is_flag(*option) && std::ranges::any_of(argv, has_value))
            return fmt::format("{}: it takes no value", name);
        if (option->count() > 1)
            return fmt::format("{}: given more than once", name);
        if (option->count() == 0 && !is_flag(*option) && last == name && name.starts_with("--"))
            return fmt::format("{}: its value is missing", name);
        if (option->get_required() && option->count() == 0)
            missing.push_back(name);
    }
    if (!missing.empty())
        return fmt::format("{}: required, but not given", joined(missing, ", "));
    return std::nullopt;
}

std::string command_complaint(const CLI::App& node, const std::vector<std::string>& leftovers)
{
    const std::vector<std::string> names = subcommand_names(node);
    const std::string_view problem = leftovers.empty() ? "a command is missing" : "unknown command";
    const std::string_view meant =
        leftovers.empty() ? std::string_view{} : closest(leftovers.front(), names);
    const std::string place =
        node.get_parent() == nullptr ? std::string{} : fmt::format("{}: ", node.get_name());
    if (!meant.empty())
        return fmt::format("{}{}; did you mean {}?", place, problem, meant);
    return fmt::format("{}{}; expected {}", place, problem, joined(names, " or "));
}

/// What `--engine` was given at the nodes.
std::vector<std::string> engines_of(const std::vector<CLI::App*>& path)
{
    std::vector<std::string> engines;
    for (const CLI::App* node : path) {
        const CLI::Option* option = node->get_option_no_throw(std::string{kEngineOption});
        if (option != nullptr)
            std::ranges::copy(option->results(), std::back_inserter(engines));
    }
    return engines;
}

std::optional<std::string> CommandLine::complaint(std::span<const char* const> argv)
{
    const std::vector<CLI::App*> path = selected_path();
    const CLI::App& leaf = *path.back();

    std::vector<std::string> leftovers; // values that no option or positional takes
    for (const CLI::App* node : path) {
        for (const std::string& argument : node->remaining()) {
            if (argument.size() > 1 && argument[0] == '-' && argument != "--")
                return unknown_option(argument, option_names(*node));
            if (argument != "--")
                leftovers.push_back(argument);
        }
    }
    const std::size_t engines = engines_of(path).size();
    if (engines > 1)
        return fmt::format("{}: given more than once", kEngineOption);

    const auto command = commands_.find(&leaf);
    if (command == commands_.end())
        return command_complaint(leaf, leftovers);
    if (engines > 0 && command->second->kind != CommandKind::offline)
        return fmt::format("{}: the command uses no cryptography", kEngineOption);
    if (auto problem = option_complaint(leaf, argv))
        return problem;
    if (!leftovers.empty()) {
        // The last one of that text, since earlier ones may be values of options.
        const auto place = std::find(argv.rbegin(), argv.rend(), leftovers.front());
        return fmt::format("argument {} belongs to no option (not shown: it may be a key)",
                           argv.rend() - place - 1);
    }
    return std::nullopt;
}

Arguments CommandLine::collect(const Command& command)
{
    Arguments arguments;
    const CLI::App& leaf = *nodes_.find(command.path)->second;
    for (const Parameter& parameter : command.parameters) {
        const CLI::Option* option = leaf.get_option(std::string{parameter.name});
        if (option->count() > 0)
            arguments.texts.emplace(parameter.name, parameter.presence == Presence::flag
                                                        ? std::string{}
                                                        : option->results().front());
    }
    for (const std::string& engine : engines_of(selected_path()))
        arguments.texts.emplace(kEngineOption, engine);
    return arguments;
}

Result<Request> CommandLine::parse(std::span<const char* const> argv)
{
    if (const auto problem = empty_value_complaint(argv))
        return fail(ErrorCode::invalid_argument, *problem);
    bool understood = true;
    try {
        root_.parse(static_cast<int>(argv.size()), argv.data());
    } catch (const CLI::CallForHelp&) {
        return Information{root_.help()};
    } catch (const CLI::CallForVersion& version) {
        return Information{std::string{version.what()} + '\n'};
    } catch (const CLI::ParseError&) {
        understood = false;
    }
    if (const auto problem = complaint(argv))
        return fail(ErrorCode::invalid_argument, *problem);
    if (!understood)
        return fail(ErrorCode::invalid_argument, "the command line is not understood; see --help");
    const Command& command = *commands_.at(selected_path().back());
    return Invocation{&command, collect(command)};
}

} // namespace

Result<Request> parse_command_line(int argc, const char* const* argv)
{
    AAIGW_CHECK(argc > 0);
    return CommandLine{}.parse({argv, static_cast<std::size_t>(argc)});
}

} // namespace aaigw::ctl
