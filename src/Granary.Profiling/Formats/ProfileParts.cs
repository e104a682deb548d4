using System.Text.Json;

namespace Granary.Profiling;

/// <summary>Parts of a profile that files and pages write alike.</summary>
internal static class ProfileParts
{
    public static void Numbers<T>(this Utf8JsonWriter json, string name, IReadOnlyList<T> items, Func<T, double> value)
    {
        json.WriteStartArray(name);
        foreach (var item in items) json.WriteNumberValue(value(item));
        json.WriteEndArray();
    }

    public static void Events(this Utf8JsonWriter json, IReadOnlyList<ProfileEvent> events)
    {
        json.WriteStartArray("events");
        foreach (var happened in events)
        {
            json.WriteStartObject();
            json.WriteNumber("at", Math.Round(happened.At, 4));
            json.WriteNumber("seconds", Math.Round(happened.Seconds, 6));
            json.WriteString("kind", happened.Kind);
            json.WriteString("text", happened.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
