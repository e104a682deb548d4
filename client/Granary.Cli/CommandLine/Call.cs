using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Cli.Output;
using Granary.Client;

namespace Granary.Cli.CommandLine;

/// <summary>One call of a command: its options, its way out to the screen and to the server.</summary>
internal sealed class Call(Surroundings surroundings, CommonOptions common, ParseResult result, Connector connector) : IAsyncDisposable
{
    private GranaryClient? _client;

    public Surroundings Surroundings { get; } = surroundings;

    /// <summary>Where results go: standard output, or the screen that <c>--watch</c> is composing.</summary>
    public TextWriter Out { get; private set; } = surroundings.Out;

    public DateTimeOffset Now => Surroundings.Time.GetUtcNow();

    public OutputFormat Format { get; } = result.GetValue(common.Output);

    public bool Watching { get; } = result.GetValue(common.Watch);

    public string? Server => Choice.Address;

    public ServerChoice Choice { get; } =
        new(result.GetValue(common.Server), result.GetValue(common.TokenFile), result.GetValue(common.Authority), result.GetValue(common.Fingerprint));

    /// <summary>Colours only ever go to a terminal whose owner has not declined them (https://no-color.org).</summary>
    public bool Color { get; } = surroundings.OutIsTerminal && !result.GetValue(common.NoColor)
        && string.IsNullOrEmpty(surroundings.Environment("NO_COLOR")) && surroundings.Environment("TERM") != "dumb";

    private bool Headers { get; } = !result.GetValue(common.NoHeaders);

    /// <summary>True for tables; false when a program reads.</summary>
    public bool ForPeople => Format is OutputFormat.Table or OutputFormat.Wide;

    public T? Get<T>(Option<T> option) => result.GetValue(option);

    public T? Get<T>(Argument<T> argument) => result.GetValue(argument);

    /// <summary>True when the option was written, rather than taken from its default.</summary>
    public bool Has(Option option) => result.GetResult(option) is { Implicit: false };

    public async Task<GranaryClient> Connect(CancellationToken cancel) => _client ??= await connector(Choice, cancel);

    /// <summary>A connection of its own, which the caller disposes of.</summary>
    public Task<GranaryClient> ConnectAnother(CancellationToken cancel) => connector(Choice, cancel);

    /// <summary>Shows something once, or with <c>--watch</c> again and again until cancelled.</summary>
    public async Task<int> Show(Func<Task<int>> show, CancellationToken cancel)
    {
        if (!Watching) return await show();
        var screen = new WatchScreen(Surroundings);
        while (true)
        {
            var frame = new StringWriter();
            Out = frame;
            var code = await show();
            if (code != ExitCodes.Done) return code;
            screen.Show(frame.ToString());
            await Task.Delay(WatchScreen.Every, Surroundings.Time, cancel);
        }
    }

    /// <summary>A remark for people, on standard error, so that standard output stays what was asked for.</summary>
    public void Note(string text) => Surroundings.Error.WriteLine(text);

    public void Write<T>(IReadOnlyList<T> rows, Listing<T> listing)
    {
        switch (Format)
        {
            case OutputFormat.Json or OutputFormat.Yaml:
                Document(new JsonArray([.. rows.Select(listing.ToJson)]));
                break;
            case OutputFormat.Name:
                foreach (var row in rows) Out.WriteLine(listing.Name(row));
                break;
            default:
                if (rows.Count == 0 && Watching) Out.WriteLine(listing.Nothing);
                else if (rows.Count == 0) Note(listing.Nothing);
                else TableWriter.Write(Out, rows, Columns(listing), Headers, Color);
                break;
        }
    }

    /// <summary>Writes a document as JSON or YAML.</summary>
    public void Document(JsonNode? node)
    {
        if (Format == OutputFormat.Yaml) DocumentWriter.WriteYaml(Out, node);
        else DocumentWriter.WriteJson(Out, node);
    }

    public IReadOnlyList<Column<T>> Columns<T>(Listing<T> listing) =>
        Format == OutputFormat.Wide ? listing.Columns : [.. listing.Columns.Where(c => !c.Wide)];

    public async ValueTask DisposeAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
    }
}
