using System.Text;
using System.Text.Json;
using Granary.Model;

namespace Granary.Client;

/// <summary>How a task is carried out, where a command or a handler's name does not say it all. Null when the file says nothing of it.</summary>
internal static class ActionReader
{
    public static TaskAction? Read(Fields task)
    {
        var kind = task.Word("executor", (ExecutorKind?)null, Executors.Words.ToDictionary(w => w, Executors.Parse, StringComparer.Ordinal));
        var action = new TaskAction
        {
            Http = Http(task),
            Container = Container(task),
            Manual = Manual(task),
            Scope = kind == ExecutorKind.Scope,
            Payload = Payload(task),
        };
        return action == new TaskAction() ? null : action;
    }

    /// <summary>The word <c>executor</c> as the file has it; empty for none. To be asked before it is read.</summary>
    public static string Stated(Fields task) => task.Peek("executor") is ScalarNode { IsNull: false } word ? word.Text : "";

    private static HttpCall? Http(Fields task)
    {
        if (task.Map("http", "url: https://HOST/PATH") is not { } fields) return null;
        var call = new HttpCall
        {
            Method = fields.Text("method", "GET").ToUpperInvariant(),
            Url = fields.Text("url", ""), // the rules say what it must be
            Headers = fields.Words("headers"),
            Body = Document(fields, "body"),
            Expect = fields.Texts("expect").Select(t => t.Text).ToArray() is { Length: > 0 } expected ? expected : null,
            Redirects = fields.Int("redirects", 0, 0, ActionRules.MostRedirects),
        };
        fields.Done();
        return call;
    }

    private static ContainerRun? Container(Fields task)
    {
        if (task.Map("container", "image: debian:12") is not { } fields) return null;
        var run = new ContainerRun
        {
            Image = fields.Required("image", "NAME:TAG"),
            Engine = fields.Text("engine"),
            Mounts = fields.Texts("mounts").Select(t => t.Text).ToArray() is { Length: > 0 } mounts ? mounts : null,
            Network = fields.Text("network"),
            ReadOnly = fields.Bool("read_only"),
        };
        fields.Done();
        return run;
    }

    private static ManualWork? Manual(Fields task)
    {
        if (task.Map("manual", "instructions: TEXT") is not { } fields) return null;
        var work = new ManualWork
        {
            Instructions = fields.Required("instructions", "TEXT, what is to be done"),
            Assignee = fields.Text("assignee"),
            Role = fields.Text("role"),
            Form = fields.Words("form"),
        };
        fields.Done();
        return work;
    }

    /// <summary>A text as it is; a mapping or list as JSON.</summary>
    private static string Payload(Fields task) => Document(task, "payload");

    private static string Document(Fields fields, string key)
    {
        if (fields.Take(key) is not { } node || Fields.Nothing(node)) return "";
        if (node is ScalarNode scalar) return scalar.Text;
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes)) Write(json, node);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Write(Utf8JsonWriter json, FleetNode node)
    {
        switch (node)
        {
            case MapNode map:
                json.WriteStartObject();
                foreach (var entry in map.Entries)
                {
                    json.WritePropertyName(entry.Key);
                    Write(json, entry.Value);
                }
                json.WriteEndObject();
                break;
            case ListNode list:
                json.WriteStartArray();
                foreach (var item in list.Items) Write(json, item);
                json.WriteEndArray();
                break;
            case ScalarNode { IsNull: true }:
                json.WriteNullValue();
                break;
            case ScalarNode { Plain: true, Text: "true" or "false" } flag:
                json.WriteBooleanValue(flag.Text == "true");
                break;
            case ScalarNode { Plain: true } number when IsNumber(number.Text):
                json.WriteRawValue(number.Text);
                break;
            case ScalarNode text:
                json.WriteStringValue(text.Text);
                break;
        }
    }

    /// <summary>As JSON writes numbers: what YAML would take for one beyond that stays text.</summary>
    private static bool IsNumber(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Number;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
