using System.CommandLine;
using Granary.Cli.Output;

namespace Granary.Cli.CommandLine;

/// <summary>The options that every command takes, before or after its name.</summary>
internal sealed class CommonOptions
{
    public Option<string?> Server { get; } = new("--server")
    {
        Description = "gateway of the server (default: GRANARY_SERVER, else the local server)",
        HelpName = "HOST:PORT",
        Recursive = true,
    };

    public Option<OutputFormat> Output { get; } = new("--output", "-o")
    {
        Description = "table, wide, json, yaml or name",
        HelpName = "FORMAT",
        Recursive = true,
        CustomParser = Parse.Word<OutputFormat>("-o"),
    };

    public Option<bool> NoHeaders { get; } = new("--no-headers") { Description = "tables without their first line", Recursive = true };

    public Option<bool> Watch { get; } = new("--watch") { Description = "show again what changes, until Ctrl-C", Recursive = true };

    public Option<bool> NoColor { get; } = new("--no-color") { Description = "no colours (also: NO_COLOR)", Recursive = true };

    public IEnumerable<Option> All => [Server, Output, NoHeaders, Watch, NoColor];
}
