using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    /// <summary>Groups that were declared, by path; those that agents only name are in the pools' shares.</summary>
    public Task<IReadOnlyList<GroupSpec>> GroupsAsync(CancellationToken ct = default) => _calls.CallAsync(() => DirectoryGrain.Groups(), ct);

    /// <summary>What every group known to a pool holds and is owed there, all its members together.</summary>
    public Task<IReadOnlyList<GroupShare>> GroupSharesAsync(string pool = TaskId.DefaultPool, CancellationToken ct = default)
    {
        var grain = Pool(pool);
        return _calls.CallAsync(() => grain.GroupShares(), ct);
    }

    /// <summary>Declares a group or changes what it is owed, in every pool, before it returns.</summary>
    /// <exception cref="GranaryException">Invalid, when the path, an amount or the tree that it makes is.</exception>
    public Task SetGroupAsync(GroupSpec spec, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return _calls.CallAsync(() => DirectoryGrain.Apply(new ApplyRequest([], [], [], [spec])), ct);
    }
}
