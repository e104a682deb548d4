using System.Text.Json;
using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>A task's isolation as JSON: an object with the words of <see cref="IsolationWords"/>, those of processes' limits in an object <c>limits</c>.</summary>
public static class IsolationJson
{
    private const string Limits = "limits";

    /// <summary>Null when there is none.</summary>
    public static IReadOnlyDictionary<string, string>? From(TaskIsolation? isolation) =>
        isolation is null ? null : IsolationWords.Format(isolation).ToDictionary(w => w.Key, w => w.Value, StringComparer.Ordinal);

    /// <param name="words">Values are texts, numbers, true or false.</param>
    /// <param name="path">Where it is in the body.</param>
    /// <exception cref="GranaryException">Invalid: which word is wrong and what would be right.</exception>
    public static TaskIsolation? Read(IReadOnlyDictionary<string, JsonElement>? words, string path)
    {
        if (words is null || words.Count == 0) return null;
        var isolation = new TaskIsolation();
        foreach (var (key, value) in words)
        {
            if (key == Limits && value.ValueKind == JsonValueKind.Object)
                foreach (var limit in value.EnumerateObject()) Set(IsolationWords.LimitPrefix + limit.Name, limit.Value);
            else Set(key, value);
        }
        return isolation;

        void Set(string key, JsonElement value)
        {
            if (value.ValueKind is JsonValueKind.Null) return;
            if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                throw GranaryException.Invalid($"{path}: '{(key.Length > 60 ? key[..60] : key)}' is a {value.ValueKind.ToString().ToLowerInvariant()}; write a text, a number, true or false");
            if (!IsolationWords.TrySet(ref isolation, key, value.ToString(), out var error)) throw GranaryException.Invalid($"{path}: {error}");
        }
    }
}
