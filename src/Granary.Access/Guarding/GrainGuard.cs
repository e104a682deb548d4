using Granary.Abstractions;
using Granary.Access.Rules;
using Granary.Access.Tokens;
using Granary.Model;
using Orleans;

namespace Granary.Access.Guarding;

/// <summary>Holds the grain table against a caller's calls; the same for a gateway of either host and for REST.</summary>
public static class GrainGuard
{
    /// <summary>True where the caller's call needs nothing around it.</summary>
    public static bool Passes(Caller caller, Type grainInterface, string method, string key) =>
        !IsPart(grainInterface, key) && (caller.Role == Role.Admin
        || (GrainRules.Find(grainInterface, method) is { } rule && rule.Roles.Has(caller.Role) && rule.ScopeFor(caller) is null));

    /// <summary>Lets a call through that the caller may make, cut down to what is its own.</summary>
    /// <exception cref="AccessDeniedException">It may not.</exception>
    /// <exception cref="GranaryException">Invalid: a part of a sharded pool, which is nobody's outside.</exception>
    public static Task InvokeAsync(Caller caller, IGrainCallContext context, IGrainFactory grains)
    {
        ArgumentNullException.ThrowIfNull(context);
        var method = context.InterfaceMethod;
        return InvokeAsync(new FromContext(caller, context, grains), method.DeclaringType!, method.Name);
    }

    internal static Task InvokeAsync(ScopedCall call, Type grainInterface, string method)
    {
        if (IsPart(grainInterface, call.Key)) throw GranaryException.Invalid(ShardNames.Outside(call.Key)!);
        if (call.Caller.Role == Role.Admin) return call.Invoke();
        var rule = GrainRules.Find(grainInterface, method) ?? throw Denied(call.Caller, grainInterface, method, Roles.None);
        if (!rule.Roles.Has(call.Caller.Role)) throw Denied(call.Caller, grainInterface, method, rule.Roles);
        return rule.ScopeFor(call.Caller) is { } scope ? scope(call) : call.Invoke();
    }

    /// <summary>Whatever the role: what a part is told past its front, the front does not know.</summary>
    private static bool IsPart(Type grainInterface, string key) => grainInterface == typeof(IPoolGrain) && key.Contains('~', StringComparison.Ordinal);

    private static AccessDeniedException Denied(Caller caller, Type grainInterface, string method, Roles roles) =>
        new($"{caller} may not call {grainInterface.Name}.{method}; a token with one of these roles may: {roles.Words()}");

    private sealed class FromContext(Caller caller, IGrainCallContext context, IGrainFactory grains) : ScopedCall(caller, grains)
    {
        public override string Key => context.TargetId.Key.ToString()!;

        public override object? Result
        {
            get => context.Result;
            set => context.Result = value;
        }

        protected override object Target => context.Grain;

        public override Task Invoke() => context.Invoke();

        public override T Argument<T>(int index) => (T)context.Request.GetArgument(index)!;

        public override void SetArgument(int index, object value) => context.Request.SetArgument(index, value);
    }
}
