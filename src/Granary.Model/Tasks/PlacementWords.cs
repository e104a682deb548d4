using System.Globalization;

namespace Granary.Model;

/// <summary>
/// Wishes of placement as text, the same in files, options and JSON: a label preferred is <c>disk=ssd</c>; tasks to be near or apart are
/// <c>name:db</c>, <c>agent:alice</c> or <c>label:app=web</c>, with <c>@zone</c> for the same value of a label of nodes rather than the same
/// node, and <c>!</c> for what must be. <c>*2</c> at the end of either is a weight; 1 when there is none.
/// </summary>
public static class PlacementWords
{
    /// <param name="text">Like <c>disk=ssd*2</c>.</param>
    /// <param name="preference">Null when the result is false.</param>
    /// <param name="error">What would be right; null when the result is true.</param>
    public static bool TryParse(string text, out LabelPreference? preference, out string? error)
    {
        preference = null;
        var (rest, weight) = Weight(text);
        var equals = rest.IndexOf('=', StringComparison.Ordinal);
        error = weight is null || equals < 1 ? $"'{text}' is no preference; write LABEL=VALUE, or LABEL=VALUE*WEIGHT" : null;
        if (error is null) preference = new LabelPreference(rest[..equals], rest[(equals + 1)..], weight!.Value);
        return error is null;
    }

    /// <param name="text">Like <c>name:db@zone!</c>.</param>
    /// <param name="affinity">Null when the result is false.</param>
    /// <param name="error">What would be right; null when the result is true.</param>
    public static bool TryParse(string text, out TaskAffinity? affinity, out string? error)
    {
        affinity = null;
        var (rest, weight) = Weight(text);
        var required = rest.EndsWith('!');
        if (required) rest = rest[..^1];
        var at = rest.LastIndexOf('@');
        var over = at < 0 ? "" : rest[(at + 1)..];
        if (at >= 0) rest = rest[..at];
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        var value = rest[(colon + 1)..];
        AffinityBy? by = colon < 0 ? null : rest[..colon] switch { "agent" => AffinityBy.Agent, "name" => AffinityBy.Name, "label" => AffinityBy.Label, _ => null };
        var valid = by is not null && weight is > 0 && value.Length > 0 && (at < 0 || over.Length > 0) && (by != AffinityBy.Label || value.IndexOf('=', StringComparison.Ordinal) > 0);
        error = valid ? null : $"'{text}' names no tasks; write name:NAME, agent:ID or label:KEY=VALUE, then @LABEL for a zone rather than the node, ! for must, *WEIGHT";
        if (valid) affinity = new TaskAffinity(by!.Value, value, over, required, weight!.Value);
        return valid;
    }

    public static string Format(LabelPreference preference) => $"{preference.Label}={preference.Value}{Weight(preference.Weight)}";

    public static string Format(TaskAffinity affinity) =>
        $"{affinity.By.ToString().ToLowerInvariant()}:{affinity.Value}{(affinity.Over.Length > 0 ? "@" + affinity.Over : "")}{(affinity.Required ? "!" : "")}{Weight(affinity.Weight)}";

    private static string Weight(double weight) => weight == 1 ? "" : "*" + weight.ToString("R", CultureInfo.InvariantCulture);

    private static (string Words, double? Weight) Weight(string text)
    {
        var star = text.LastIndexOf('*');
        if (star < 0) return (text, 1);
        return double.TryParse(text.AsSpan(star + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) && double.IsFinite(weight) && weight != 0
            ? (text[..star], weight) : (text, null);
    }
}
