using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Granary.Model;

/// <summary>
/// The optional parts of specifications as text in journals and tables: JSON in which what is null is left out, so that a part may
/// gain fields without a new format. Empty text for a part that is absent.
/// </summary>
public static class SpecExtras
{
    // Generated readers set every member, absent ones to 0, false or null; readers by reflection leave an absent one at its stated
    // default, which is what a text of a build that did not know the member must mean. Both write the same.
    private static readonly ConcurrentDictionary<JsonSerializerOptions, JsonSerializerOptions> Readers = new();

    public static string Write<T>(T? value, JsonTypeInfo<T> type) where T : class => value is null ? "" : JsonSerializer.Serialize(value, type);

    /// <exception cref="GranaryException">The text is not of this part's form.</exception>
    public static T? Read<T>(string text, JsonTypeInfo<T> type) where T : class
    {
        if (text.Length == 0) return null;
        try
        {
            return JsonSerializer.Deserialize<T>(text, Readers.GetOrAdd(type.Options,
                static given => new JsonSerializerOptions(given) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() }));
        }
        catch (JsonException e)
        {
            throw new GranaryException($"stored {typeof(T).Name} cannot be read ({e.Message}); it is damaged, or of a newer build");
        }
    }
}

/// <summary>The layouts of the optional parts.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(TaskTerms))]
[JsonSerializable(typeof(AgentTerms))]
[JsonSerializable(typeof(NodeTraits))]
[JsonSerializable(typeof(PoolPolicy))]
[JsonSerializable(typeof(GroupSpec))]
public sealed partial class ExtrasJson : JsonSerializerContext;
