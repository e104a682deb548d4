using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Profiling;

namespace Granary.Rest.Profiling;

/// <summary>Has a profile taken, waits for it and says what is in it.</summary>
internal static class ProfileCalls
{
    private const int HotOfEach = 10;
    private const int PieceBytes = 512 * 1024;
    private const int MostBytes = 64 * 1024 * 1024;
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(8);

    public static async Task<TakenProfileJson> Take(Func<ProfileQuestion, Task<ProfileAnswer>> ask, string task, ProfileOrder order, CancellationToken cancel)
    {
        var started = Succeeded(await ask(new ProfileQuestion(task, Start: order)));
        using var whole = new MemoryStream();
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var answer = Succeeded(await ask(new ProfileQuestion(task, Read: new ProfileRead(started.Id, whole.Length, PieceBytes, Wait))));
            if (answer.State == ProfileState.Running) continue;
            if (answer.Length > MostBytes) throw GranaryException.Refused($"the profile has {answer.Length} bytes, more than REST carries; fetch it with 'granary profile NODE --id {started.Id}'");
            whole.Write(answer.Data);
            if (answer.Data.Length == 0 || whole.Length >= answer.Length) break;
        }
        return Of(started.Id, Read(whole.ToArray()));
    }

    private static TakenProfileJson Of(string id, Profile profile) => new(
        id, profile.Target, profile.Duration.TotalSeconds,
        [.. HotFunctions.Of(profile, HotOfEach).Select(h => new HotFunctionJson(h.Track, h.Function, h.Module, Math.Round(h.Share, 4)))],
        [.. ProfileFacts.Bottlenecks(profile, new()).Select(b => new FoundJson(
            b.Kind == BottleneckKind.NoisyNeighbour ? "noisy_neighbour" : b.Kind.ToString().ToLowerInvariant(), b.Severity.ToString().ToLowerInvariant(), b.What, b.Suggestion,
            [.. b.Evidence.Select(e => new EvidenceJson(e.Name, e.Value, double.IsNaN(e.Limit) ? null : e.Limit))]))],
        profile.Notes);

    private static Profile Read(byte[] bytes)
    {
        try
        {
            return ProfileArchive.Read("profile", bytes);
        }
        catch (FormatException e)
        {
            throw GranaryException.Unavailable($"the node sent a profile that cannot be read: {e.Message}");
        }
    }

    private static ProfileAnswer Succeeded(ProfileAnswer answer) => answer.State != ProfileState.Failed ? answer : throw GranaryException.Refused(answer.Error);
}
