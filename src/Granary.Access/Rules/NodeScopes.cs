using Granary.Abstractions;
using Granary.Access.Guarding;
using Granary.Model;

namespace Granary.Access.Rules;

/// <summary>What keeps a machine to the nodes that its token names: it is no other node, and what it reports is about its own leases.</summary>
internal static class NodeScopes
{
    public static Task NodeInKey(ScopedCall call)
    {
        call.RequireNode(call.Key);
        return call.Invoke();
    }

    /// <summary>Of a grain that is all nodes': the first argument names the node that calls.</summary>
    public static Task NodeInArgument(ScopedCall call)
    {
        call.RequireNode(call.Argument<string>(0));
        return call.Invoke();
    }

    public static Task Reports(ScopedCall call) => OfOwn(call, call.Argument<IReadOnlyList<TaskReport>>(1).Select(r => r.Lease));

    public static Task Joining(ScopedCall call) => OfOwn(call, call.Argument<JoinRequest>(0).Live);

    private static Task OfOwn(ScopedCall call, IEnumerable<Lease> leases)
    {
        call.RequireNode(call.Key);
        if (leases.Any(l => l.Node != call.Key)) throw new AccessDeniedException($"{call.Caller} may not speak of what runs on another node than '{call.Key}'");
        return call.Invoke();
    }
}
