using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>An HTTP call that a task makes.</summary>
public sealed record HttpCallJson
{
    /// <summary><c>GET</c> when not given.</summary>
    public string? Method { get; init; }

    /// <summary>Absolute, http or https. Shown without its query.</summary>
    public string? Url { get; init; }

    /// <summary>Sent as they are. Values are never shown.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Text. Never shown.</summary>
    public string? Body { get; init; }

    /// <summary>Statuses that are success: <c>200</c>, <c>2xx</c>, <c>200-204</c>; 2xx when not given.</summary>
    public StatusWords? Expect { get; init; }

    /// <summary>Redirects that are followed, 0 to 10.</summary>
    public int? Redirects { get; init; }

    public HttpCall ToCall() => new()
    {
        Method = Method?.ToUpperInvariant() ?? "GET",
        Url = Url ?? "",
        Headers = Headers is { Count: > 0 } ? Headers : null,
        Body = Body ?? "",
        Expect = Expect is { Words.Count: > 0 } ? Expect.Words : null,
        Redirects = Redirects ?? 0,
    };

    public static HttpCallJson? From(HttpCall? call) => call is null ? null : new()
    {
        Method = call.Method,
        Url = HttpCall.Shown(call.Url),
        Headers = call.Headers?.ToDictionary(h => h.Key, _ => "(hidden)", StringComparer.Ordinal),
        Expect = call.Expect is { Count: > 0 } expect ? new(expect) : null,
        Redirects = call.Redirects,
    };
}

/// <summary>Statuses: text, whole numbers, or a list of them.</summary>
[JsonConverter(typeof(StatusWordsConverter))]
public sealed record StatusWords(IReadOnlyList<string> Words);

/// <summary>Reads one or many; writes a list of text.</summary>
public sealed class StatusWordsConverter : JsonConverter<StatusWords>
{
    public override StatusWords Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray) return new([Word(ref reader)]);
        var words = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) words.Add(Word(ref reader));
        return new(words);
    }

    public override void Write(Utf8JsonWriter writer, StatusWords value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartArray();
        foreach (var word in value.Words) writer.WriteStringValue(word);
        writer.WriteEndArray();
    }

    private static string Word(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString()!,
        JsonTokenType.Number when reader.TryGetInt32(out var status) => status.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => throw new JsonException("expected statuses like 200 or \"2xx\""),
    };
}

/// <summary>The container that a task's command runs in.</summary>
public sealed record ContainerJson
{
    /// <summary><c>debian:12</c>; required.</summary>
    public string? Image { get; init; }

    /// <summary><c>podman</c> or <c>docker</c>; whichever the node has when not given.</summary>
    public string? Engine { get; init; }

    /// <summary><c>SOURCE:TARGET</c> or <c>SOURCE:TARGET:ro</c>, as far as the node allows.</summary>
    public IReadOnlyList<string>? Mounts { get; init; }

    /// <summary><c>bridge</c>, or <c>none</c>.</summary>
    public string? Network { get; init; }

    /// <summary>Its root file system cannot be written.</summary>
    public bool? ReadOnly { get; init; }

    public ContainerRun ToRun() => new()
    {
        Image = Image ?? "",
        Engine = Engine ?? "",
        Mounts = Mounts is { Count: > 0 } ? [.. Mounts.Select(m => m ?? "")] : null,
        Network = Network ?? "",
        ReadOnly = ReadOnly ?? false,
    };

    public static ContainerJson? From(ContainerRun? run) => run is null ? null : new()
    {
        Image = run.Image,
        Engine = TaskJson.Absent(run.Engine),
        Mounts = run.Mounts,
        Network = TaskJson.Absent(run.Network),
        ReadOnly = run.ReadOnly,
    };
}

/// <summary>What a person is asked to do.</summary>
public sealed record ManualJson
{
    /// <summary>What is to be done; required.</summary>
    public string? Instructions { get; init; }

    /// <summary>Who is to do it; anybody when not given.</summary>
    public string? Assignee { get; init; }

    /// <summary>What somebody has to be to do it, as <c>reviewer</c>.</summary>
    public string? Role { get; init; }

    /// <summary>Fields to fill in, each with <c>text</c>, <c>number</c>, <c>yes/no</c> or choices like <c>accept|reject</c>; with <c>?</c> at the end when it may be left out.</summary>
    public IReadOnlyDictionary<string, string>? Form { get; init; }

    public ManualWork ToWork() => new()
    {
        Instructions = Instructions ?? "",
        Assignee = Assignee ?? "",
        Role = Role ?? "",
        Form = Form is { Count: > 0 } ? Form : null,
    };

    public static ManualJson? From(ManualWork? work) => work is null ? null : new()
    {
        Instructions = work.Instructions,
        Assignee = TaskJson.Absent(work.Assignee),
        Role = TaskJson.Absent(work.Role),
        Form = work.Form,
    };
}
