using Granary.Abstractions;
using Granary.Model;

namespace Granary.Rest.Tests.Fakes;

internal sealed class FakeInbox(FakeCluster cluster, string pool) : IInboxGrain
{
    private readonly Dictionary<long, string> _claims = [];

    public List<InboxQuery> Queries { get; } = [];

    public Task<IReadOnlyList<InboxItem>> List(InboxQuery query)
    {
        cluster.Check();
        Queries.Add(query);
        return Task.FromResult<IReadOnlyList<InboxItem>>([.. cluster.Pools[pool].Tasks.Where(t => t.Spec.Terms?.Action?.Manual is not null && !t.State.IsFinal()).Select(Item)]);
    }

    public Task<InboxItem> Claim(long number, string by)
    {
        if (_claims.TryGetValue(number, out var other) && other != by) throw GranaryException.Refused($"task {pool}/{number} is claimed by {other}");
        _claims[number] = by;
        return Task.FromResult(Item(Known(number)));
    }

    public Task<string> Holder(long number) => Task.FromResult(_claims.GetValueOrDefault(number) ?? "");

    public Task<InboxItem> Release(long number)
    {
        _claims.Remove(number);
        return Task.FromResult(Item(Known(number)));
    }

    private TaskView Known(long number) =>
        cluster.Pools[pool].Tasks.FirstOrDefault(t => t.Id.Number == number) ?? throw GranaryException.NotFound($"no task {pool}/{number}");

    private InboxItem Item(TaskView task) => new(task, _claims.GetValueOrDefault(task.Id.Number) ?? "");
}
