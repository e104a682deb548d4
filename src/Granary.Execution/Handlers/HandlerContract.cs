namespace Granary.Execution.Handlers;

/// <summary>
/// Says for which contract between agent and handlers an assembly was built: <c>[assembly: HandlerContract(HandlerContract.Version)]</c>. The number
/// is compiled into the plug-in, so an agent of another contract knows before it runs any of its code.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class HandlerContractAttribute(int version) : Attribute
{
    public int Version { get; } = version;
}

/// <summary>The contract of this build.</summary>
public static class HandlerContract
{
    /// <summary>Grows when a handler of an earlier build would not run: members of <see cref="ITaskHandler"/> or <see cref="HandlerContext"/> gone or changed.</summary>
    public const int Version = 1;
}
