using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Granary.Model;

/// <summary>What must be true of work for a person, and of what the person answers.</summary>
public static class ManualRules
{
    public const int MostFields = 32;

    /// <summary>Longest note or output, characters.</summary>
    public const int LongestAnswer = 256 * 1024;

    public static string? Problem(ManualWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (work.Instructions is not { Length: > 0 and <= ActionRules.LongestText }) return $"says nothing of what is to be done, or more than {ActionRules.LongestText} characters; add instructions: TEXT";
        if (work.Assignee is null || (work.Assignee.Length > 0 && !Names.IsValid(work.Assignee))) return $"has the assignee '{ActionRules.Clip(work.Assignee)}'; a name is {Names.Rule}";
        if (work.Role is null || (work.Role.Length > 0 && !Names.IsValid(work.Role))) return $"has the role '{ActionRules.Clip(work.Role)}'; a name is {Names.Rule}";
        if (work.Form is { Count: > MostFields }) return $"has a form of {work.Form.Count} fields; use up to {MostFields}";
        foreach (var (field, type) in work.Form ?? new Dictionary<string, string>())
        {
            if (!Names.IsValid(field)) return $"has a field '{ActionRules.Clip(field)}' in its form; a name is {Names.Rule}";
            if (!IsType(type)) return $"has a field {field} of '{ActionRules.Clip(type)}'; use text, number, yes/no or choices like accept|reject, with ? at the end when it may be left out";
        }
        return null;
    }

    /// <summary>What a person's answer becomes as output: the free text, or the form's fields as one JSON object.</summary>
    /// <param name="work">What was asked.</param>
    /// <param name="output">Free text; only where there is no form.</param>
    /// <param name="fields">Of the form.</param>
    /// <param name="failed">A failure may leave fields out.</param>
    /// <exception cref="GranaryException">Invalid: which field, and what would be right.</exception>
    public static string Answer(ManualWork work, string output, IReadOnlyDictionary<string, string>? fields, bool failed)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(output);
        if (output.Length > LongestAnswer) throw GranaryException.Invalid($"the output has {output.Length} characters; use up to {LongestAnswer}, and put more into a file");
        fields ??= new Dictionary<string, string>();
        if (work.Form is not { Count: > 0 } form)
            return fields.Count == 0 ? output : throw GranaryException.Invalid($"the task has no form, so no field '{ActionRules.Clip(fields.Keys.First())}'; write output instead");
        foreach (var field in fields.Keys)
            if (!form.ContainsKey(field))
                throw GranaryException.Invalid($"the form has no field '{ActionRules.Clip(field)}'; {(Suggestion.For(field, form.Keys) is { } near ? $"did you mean {near}?" : $"it has {string.Join(", ", form.Keys)}")}");
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            foreach (var (field, type) in form.OrderBy(f => f.Key, StringComparer.Ordinal))
            {
                if (!fields.TryGetValue(field, out var value))
                {
                    if (!failed && !type.EndsWith('?')) throw GranaryException.Invalid($"the form's field {field} is not filled in; it takes {type}");
                    continue;
                }
                if (!Write(json, field, type.TrimEnd('?'), value)) throw GranaryException.Invalid($"the form's field {field} is '{ActionRules.Clip(value)}'; it takes {type.TrimEnd('?')}");
            }
            if (output.Length > 0) json.WriteString("output", output);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    private static bool Write(Utf8JsonWriter json, string field, string type, string value)
    {
        if (type == "text") json.WriteString(field, value);
        else if (type == "number")
        {
            if (!decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return false;
            json.WriteNumber(field, number);
        }
        else if (type == "yes/no")
        {
            if (value is not ("yes" or "no" or "true" or "false")) return false;
            json.WriteBoolean(field, value is "yes" or "true");
        }
        else
        {
            if (!type.Split('|').Contains(value)) return false;
            json.WriteString(field, value);
        }
        return true;
    }

    private static bool IsType(string? type)
    {
        if (type is not { Length: > 0 and <= 1024 } || type.Any(char.IsControl)) return false;
        var bare = type.TrimEnd('?');
        return bare is "text" or "number" or "yes/no" || (bare.Contains('|', StringComparison.Ordinal) && bare.Split('|').All(c => c.Trim().Length > 0));
    }
}
