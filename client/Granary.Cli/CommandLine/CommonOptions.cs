using System.CommandLine;
using Granary.Cli.Output;

namespace Granary.Cli.CommandLine;

/// <summary>The options that every command takes, before or after its name.</summary>
internal sealed class CommonOptions
{
    public Option<string?> Server { get; } = new("--server")
    {
        Description = "gateway of the server (default: GRANARY_SERVER, else the local server)",
        HelpName = "[tls://]HOST:PORT",
        Recursive = true,
    };

    public Option<string?> TokenFile { get; } = new("--token-file")
    {
        Description = "file with the token (default: GRANARY_TOKEN, GRANARY_TOKEN_FILE, else the local server's)",
        HelpName = "FILE",
        Recursive = true,
    };

    public Option<string?> Authority { get; } = new("--ca") { Description = "PEM file of who vouches for the server's certificate (default: GRANARY_CA)", HelpName = "FILE", Recursive = true };

    public Option<string?> Fingerprint { get; } = new("--fingerprint") { Description = "SHA-256 of the server's certificate (default: GRANARY_FINGERPRINT)", HelpName = "SHA256", Recursive = true };

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

    public IEnumerable<Option> All => [Server, TokenFile, Authority, Fingerprint, Output, NoHeaders, Watch, NoColor];
}
