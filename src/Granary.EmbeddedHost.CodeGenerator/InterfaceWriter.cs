using Microsoft.CodeAnalysis;

namespace Granary.EmbeddedHost.CodeGenerator;

/// <summary>Writes the reference class and the call classes of one grain interface.</summary>
internal static class InterfaceWriter
{
    public static void Write(INamedTypeSymbol type, PartBuilder part)
    {
        if (!type.IsReachable() || type.IsGenericType)
        {
            part.Report(Diagnostics.Inaccessible, type, type.IsGenericType
                ? $"{type.ToDisplayString()} is generic; a grain interface names its types"
                : $"{type.ToDisplayString()} is private; a grain interface is internal or public");
            return;
        }
        var methods = new[] { type }.Concat(type.AllInterfaces).SelectMany(i => i.GetMembers())
            .Where(m => m is { IsStatic: false, IsAbstract: true }).ToList();
        foreach (var member in methods.Where(m => m is not IMethodSymbol))
            part.Report(Diagnostics.BadMethod, member, $"{type.Name}.{member.Name}: a grain interface has methods only");
        if (part.HasErrors)
            return;

        var flat = Names.Flat(type);
        var calls = methods.Cast<IMethodSymbol>().Select((m, i) => new CallWriter(type, m, $"Call_{flat}_{i}", part)).ToList();
        foreach (var call in calls)
            call.Write();
        if (part.HasErrors)
            return;

        var s = part.Source;
        s.Append($"    internal sealed class Reference_{flat} : global::Orleans.Runtime.GrainReference, {type.Code()}\n    {{\n");
        s.Append($"        internal static readonly {Names.Calls}.GrainInterface Info = new(typeof({type.Code()}), {Names.Quote(type.WireName())},\n");
        s.Append($"            static seed => new Reference_{flat}(seed), new {Names.Calls}.GrainMethod[] {{ {string.Join(", ", calls.Select(c => c.Name + ".Info"))} }});\n\n");
        s.Append($"        private Reference_{flat}({Names.Calls}.ReferenceSeed seed) : base(seed) {{ }}\n");
        foreach (var call in calls)
            call.WriteReferenceMethod(s);
        s.Append("    }\n");
        part.Registrations.Append($"        {Names.Calls}.GrainRegistry.Add(global::{Names.GeneratedNamespace(part.Assembly)}.Reference_{flat}.Info);\n");
    }
}
