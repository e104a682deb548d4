using System.Text.Json;
using System.Text.Json.Serialization;
using Granary.Model;

namespace Granary.Abstractions.Json;

/// <summary>A closed list of words, for descriptions of the JSON.</summary>
public interface IClosedList
{
    /// <summary>The words in the order of the list.</summary>
    IEnumerable<string> Words { get; }
}

/// <summary>A closed list as text. Any case is read; what is not in the list is refused with the list.</summary>
/// <param name="naming">How names are written; null for the enum's own.</param>
public abstract class NamedEnumConverter<T>(JsonNamingPolicy? naming) : JsonConverter<T>, IClosedList where T : struct, Enum
{
    private readonly (T Value, string Text)[] _names =
        [.. Enum.GetValues<T>().Select(v => (v, naming?.ConvertName(v.ToString()) ?? v.ToString()))];

    public IEnumerable<string> Words => _names.Select(n => n.Text);

    public bool TryParse(string text, out T value)
    {
        foreach (var (candidate, word) in _names)
            if (word.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                value = candidate;
                return true;
            }
        value = default;
        return false;
    }

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && TryParse(reader.GetString()!, out var value)
            ? value
            : throw new JsonException($"expected one of {string.Join(", ", Words)}");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        foreach (var (candidate, word) in _names)
            if (EqualityComparer<T>.Default.Equals(candidate, value))
            {
                writer.WriteStringValue(word);
                return;
            }
        writer.WriteStringValue(value.ToString());
    }
}

/// <summary><c>fair</c>, <c>ml_adaptive</c>, ... as fleet files write them.</summary>
public sealed class PoolStrategyConverter() : NamedEnumConverter<PoolStrategy>(JsonNamingPolicy.SnakeCaseLower);

/// <summary><c>conservative</c>, <c>balanced</c>, <c>aggressive</c>.</summary>
public sealed class PoolModeConverter() : NamedEnumConverter<PoolMode>(JsonNamingPolicy.SnakeCaseLower);

/// <summary><c>low</c>, <c>normal</c>, <c>high</c>, <c>critical</c>.</summary>
public sealed class PriorityClassConverter() : NamedEnumConverter<PriorityClass>(JsonNamingPolicy.SnakeCaseLower);

/// <summary><c>load_based</c>, <c>priority_based</c>, <c>consolidate</c>.</summary>
public sealed class RebalanceKindConverter() : NamedEnumConverter<RebalanceKind>(JsonNamingPolicy.SnakeCaseLower);

/// <summary><c>retry</c>, <c>report</c>.</summary>
public sealed class LossPolicyConverter() : NamedEnumConverter<LossPolicy>(JsonNamingPolicy.SnakeCaseLower);

/// <summary><c>Queued</c>, <c>Running</c>, ...: states keep their capital letters, as the contract spells them.</summary>
public sealed class TaskStateConverter() : NamedEnumConverter<TaskState>(null);

/// <summary>The closed list of reasons why a task waits.</summary>
public sealed class WaitReasonConverter() : NamedEnumConverter<WaitReason>(null);

/// <summary>Why an attempt ended.</summary>
public sealed class ExitCauseConverter() : NamedEnumConverter<ExitCause>(null);

/// <summary>A node's health.</summary>
public sealed class NodeStateConverter() : NamedEnumConverter<NodeState>(null);

/// <summary><c>upcoming</c>, <c>active</c>, <c>ended</c>.</summary>
public sealed class ReservationStateConverter() : NamedEnumConverter<ReservationState>(JsonNamingPolicy.SnakeCaseLower);

/// <summary><c>power_of_two</c>, <c>round_robin</c>, ...</summary>
public sealed class ServiceAlgorithmConverter() : NamedEnumConverter<ServiceAlgorithm>(JsonNamingPolicy.SnakeCaseLower);

/// <summary><c>http1</c>, <c>http2</c>.</summary>
public sealed class ServiceProtocolConverter() : NamedEnumConverter<ServiceProtocol>(JsonNamingPolicy.SnakeCaseLower);

/// <summary><c>ready</c>, <c>draining</c>, <c>no_weight</c>, ...</summary>
public sealed class BackendStateConverter() : NamedEnumConverter<BackendState>(JsonNamingPolicy.SnakeCaseLower);

/// <summary><c>closed</c>, <c>open</c>, <c>half_open</c>.</summary>
public sealed class BreakerStateConverter() : NamedEnumConverter<BreakerState>(JsonNamingPolicy.SnakeCaseLower);
