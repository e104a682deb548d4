using Granary.HostConformance.Tests.Support;
using Orleans;

namespace Granary.HostConformance.Tests.Filters;

public interface IFilteredGrain : IGrainWithStringKey
{
    Task<string> Say(string text);

    Task<string> SayThrough(IFilteredGrain other, string text);
}

/// <summary>Filters its own requests.</summary>
public sealed class FilteredGrain : Grain, IFilteredGrain, IIncomingGrainCallFilter
{
    public Task<string> Say(string text) => text == "fail" ? throw new InvalidOperationException("said to") : Task.FromResult(text);

    public Task<string> SayThrough(IFilteredGrain other, string text) => other.Say(text);

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        if (context.MethodName == nameof(Say))
            context.Result = context.Result + " own";
    }
}

/// <summary>The filters of every silo; they touch only the grains of these tests.</summary>
public static class FilterProbe
{
    public static async Task OnIncoming(IIncomingGrainCallContext context)
    {
        if (context.InterfaceMethod?.DeclaringType != typeof(IFilteredGrain) || context.MethodName != nameof(IFilteredGrain.Say))
        {
            await context.Invoke();
            return;
        }
        if (context.Request.GetArgument(0) is "refuse")
            throw new UnauthorizedAccessException("refused by a filter");
        Barriers.Note(context.TargetId.Key.ToString()!, $"in {context.Request.GetArgument(0)}");
        try
        {
            await context.Invoke();
            context.Result = context.Result + " in";
        }
        catch (InvalidOperationException)
        {
            context.Result = "caught";
        }
    }

    public static async Task OnOutgoing(IOutgoingGrainCallContext context)
    {
        await context.Invoke();
        if (context.InterfaceMethod?.DeclaringType == typeof(IFilteredGrain) && context.MethodName == nameof(IFilteredGrain.Say))
            context.Result = context.Result + " out";
    }
}
