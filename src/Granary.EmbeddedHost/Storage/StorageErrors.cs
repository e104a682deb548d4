using Orleans.Runtime;
using Orleans.Storage;

namespace Granary.EmbeddedHost.Storage;

/// <summary>Errors that the providers have in common.</summary>
internal static class StorageErrors
{
    public static InconsistentStateException Conflict(string provider, string what, string state, GrainId grain, string? stored, string? given) => new(
        $"Storage \"{provider}\" refuses to {what} state \"{state}\" of {grain}: it has ETag {stored ?? "none"}, the grain has {given ?? "none"}; somebody else wrote.",
        stored, given);
}
