using System.Text.Json.Nodes;

namespace Granary.Cli.Output;

/// <summary>How one kind of thing is written in every format.</summary>
/// <param name="Columns">For people.</param>
/// <param name="ToJson">The stable fields, snake_case.</param>
/// <param name="Name">The id that other commands take.</param>
/// <param name="Nothing">What to say, on standard error, when a table has no rows.</param>
internal sealed record Listing<T>(
    IReadOnlyList<Column<T>> Columns,
    Func<T, JsonNode?> ToJson,
    Func<T, string> Name,
    string Nothing);
