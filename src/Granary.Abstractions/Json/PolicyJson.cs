using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>A pool's policy as files and calls write it: snake_case, durations as <c>30s</c>, what is absent left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    UseStringEnumConverter = true,
    Converters = [typeof(ResourceSetConverter), typeof(DurationConverter), typeof(FairnessPreemptionConverter), typeof(FairQueueingConverter)])]
[JsonSerializable(typeof(PoolPolicy))]
public sealed partial class PolicyJson : JsonSerializerContext
{
    /// <summary>The key that names a template beside the policy, not in it.</summary>
    public const string Template = "template";

    /// <summary>A template's rules with those that were written in their place.</summary>
    /// <param name="template">Null for none.</param>
    /// <param name="written">Part by part, each with the keys that were written; null for none.</param>
    /// <exception cref="GranaryException">Invalid, when what was written is of the wrong form.</exception>
    public static PoolPolicy? Over(PoolPolicy? template, JsonObject? written)
    {
        if (written is null || written.Count == 0) return template;
        var all = template is null ? [] : Tree(template);
        Merge(all, written, Defaults());
        try
        {
            // What is only initialized, and absent, is null after reading.
            var policy = all.Deserialize(Default.PoolPolicy)!;
            return policy with { Template = policy.Template ?? "" };
        }
        catch (JsonException e)
        {
            throw GranaryException.Invalid($"policy{e.Path?.TrimStart('$')}: {e.Message}");
        }
    }

    /// <summary>A part that was not there begins with its defaults, which the serializer would leave out of properties that are only initialized.</summary>
    private static void Merge(JsonObject into, JsonObject written, JsonObject defaults)
    {
        foreach (var (key, value) in written)
        {
            if (value is JsonObject inner && defaults[key] is JsonObject own)
            {
                if (into[key] is not JsonObject known)
                    into[key] = known = new JsonObject(own.Where(p => p.Value is not JsonObject).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));
                Merge(known, inner, own);
            }
            else if (value is not null)
                into[key] = value.DeepClone();
        }
    }

    /// <summary>Every part with its defaults.</summary>
    private static JsonObject Defaults() => Tree(new PoolPolicy
    {
        Fairness = new FairnessPolicy { Adapt = new AdaptPolicy() },
        Preemption = new PreemptionPolicy(),
        Placement = new PlacementPolicy(),
        Lending = new LendingPolicy(),
        Promises = new PromisePolicy(),
        Overcommit = new OvercommitPolicy(),
    });

    /// <summary>The policy as a tree.</summary>
    public static JsonObject Tree(PoolPolicy policy) => JsonSerializer.SerializeToNode(policy, Default.PoolPolicy)!.AsObject();
}

public sealed class FairQueueingConverter() : NamedEnumConverter<FairQueueing>(JsonNamingPolicy.SnakeCaseLower);

public sealed class FairnessPreemptionConverter() : NamedEnumConverter<FairnessPreemption>(JsonNamingPolicy.SnakeCaseLower);
