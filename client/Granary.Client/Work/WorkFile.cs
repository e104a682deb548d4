using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Granary.Distribution.Requests;
using Granary.Model;

namespace Granary.Client;

/// <summary>Reads work in partitions from a file, YAML or JSON (docs/distributed.md): the body of <c>POST /resources/distributed</c> without its operation.</summary>
public static class WorkFile
{
    /// <summary>Reads and checks a file.</summary>
    /// <exception cref="GranaryException">Invalid: <c>file:line: what, and what would be right</c>.</exception>
    public static WorkRequest Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists) throw GranaryException.Invalid($"{path}: there is no such file; check the path");
            if (info.Length > FleetFile.MaxBytes) throw GranaryException.Invalid($"{path}: is {info.Length >> 20} MiB large; such a file may have up to 8 MiB");
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw GranaryException.Invalid($"{path}: cannot be read: {Quoting.Clip(e.Message, 200)}");
        }
    }

    /// <inheritdoc cref="Load"/>
    public static WorkRequest Parse(string text, string fileName)
    {
        var problems = new FleetProblems(fileName);
        var root = FleetFile.Tree(text, fileName, problems);
        if (root is null || problems.Count > 0) throw GranaryException.Invalid(problems.First(1)[0].ToString());
        if (root is not MapNode) throw GranaryException.Invalid($"{fileName}:{root.Line}: is not an object; such a file has at least 'agent:' and 'command:', or 'stages:'");
        try
        {
            return JsonOf(root).Deserialize(WorkRequestJson.Default.WorkRequest)!;
        }
        catch (JsonException e)
        {
            var (line, last) = Find(root, e.Path ?? "$");
            var message = e.Message.Contains("could not be mapped", StringComparison.Ordinal) ? $"unknown key '{last}'{Near(last)}"
                : e.Message.Contains("could not be converted", StringComparison.Ordinal) ? $"{(e.Path ?? "$").TrimStart('$', '.')}: is not what belongs here"
                : $"{(e.Path ?? "$").TrimStart('$', '.')}: {FirstPart(e.Message)}";
            throw GranaryException.Invalid($"{fileName}:{line}: {message}");
        }
    }

    private static string Near(string key)
    {
        var known = WorkRequestJson.Default.WorkRequest.Properties.Select(p => p.Name).ToArray();
        return Model.Suggestion.For(key, known) is { } near ? $"; did you mean '{near}'?" : $"; known are {string.Join(", ", known)}";
    }

    private static string FirstPart(string message)
    {
        var end = message.IndexOf(" Path:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }

    private static JsonNode? JsonOf(FleetNode node) => node switch
    {
        MapNode map => new JsonObject(map.Entries.Select(e => KeyValuePair.Create(e.Key, JsonOf(e.Value)))),
        ListNode list => new JsonArray([.. list.Items.Select(JsonOf)]),
        ScalarNode { IsNull: true } => null,
        ScalarNode { Plain: true, Text: "true" or "True" } => JsonValue.Create(true),
        ScalarNode { Plain: true, Text: "false" or "False" } => JsonValue.Create(false),
        ScalarNode { Plain: true } scalar when long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        ScalarNode { Plain: true } scalar when double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => JsonValue.Create(number),
        ScalarNode scalar => JsonValue.Create(scalar.Text),
        _ => null,
    };

    /// <summary>The line of a path like <c>$.stages[1].comand</c>, and its last key.</summary>
    private static (int Line, string Last) Find(FleetNode root, string path)
    {
        var (node, line, last) = (root, root.Line, "");
        foreach (var part in path.TrimStart('$').Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            FleetNode? next = null;
            if (part[0] == '[' && node is ListNode list && int.TryParse(part.AsSpan(1, part.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Items.Count) next = list.Items[index];
            else if (node is MapNode map && map.Entries.FirstOrDefault(e => e.Key == part) is { } entry) (next, line, last) = (entry.Value, entry.Line, entry.Key);
            if (next is null) break;
            (node, line) = (next, next is ScalarNode || part[0] == '[' ? next.Line : line);
        }
        return (line, last);
    }
}
