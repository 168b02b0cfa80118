//! Who can have a service of AWS run what they want with a role.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use stead_policy::ContextBuilder;
use stead_types::Arn;

use super::super::Asked;
use super::super::asker::{is_linked_to_service, may, may_somewhere};
use super::{becoming, is_allowed};
use crate::access::{Access, Hop, Person, Principal, Reaches, Wanted, hops_to};
use crate::audit::AuditStep;

/// A way to have a service run something: besides the passing of the role, where it takes
/// that, these calls on resources of these kinds.
pub(in crate::audit) struct Method {
    /// The service that assumes the role.
    pub(in crate::audit) service: &'static str,
    pub(in crate::audit) calls: &'static [(&'static str, &'static str)],
}

const EC2: &str = "ec2.amazonaws.com";
const LAMBDA: &str = "lambda.amazonaws.com";
const GLUE: &str = "glue.amazonaws.com";
const CLOUD_FORMATION: &str = "cloudformation.amazonaws.com";
const SAGE_MAKER: &str = "sagemaker.amazonaws.com";
const CODE_BUILD: &str = "codebuild.amazonaws.com";
const STATES: &str = "states.amazonaws.com";
const TASKS: &str = "ecs-tasks.amazonaws.com";

const FUNCTION: &str = "arn:aws:lambda:us-east-1:ACCOUNT:function:";
const INSTANCE: &str = "arn:aws:ec2:us-east-1:ACCOUNT:instance/";
const JOB: &str = "arn:aws:glue:us-east-1:ACCOUNT:job/";
const STACK: &str = "arn:aws:cloudformation:us-east-1:ACCOUNT:stack/";
const NOTEBOOK: &str = "arn:aws:sagemaker:us-east-1:ACCOUNT:notebook-instance/";
const PROJECT: &str = "arn:aws:codebuild:us-east-1:ACCOUNT:project/";
const MACHINE: &str = "arn:aws:states:us-east-1:ACCOUNT:stateMachine:";
const TEMPLATE: &str = "arn:aws:ec2:us-east-1:ACCOUNT:launch-template/";
const DEFINITION: &str = "arn:aws:ecs:us-east-1:ACCOUNT:task-definition/";

/// Ways that begin with passing a role.
///
/// Spec: the kinds of resources are those of the service authorization reference, of which
/// every one that a call cannot do without. Further sources: Principal Mapper
/// (<https://github.com/nccgroup/PMapper>, `principalmapper/graphing/autoscaling_edges.py`), for
/// Auto Scaling, and the pages `aws-stepfunctions-privesc`, `aws-ssm-privesc` and
/// `aws-emr-privesc` of HackTricks Cloud
/// (<https://github.com/HackTricks-wiki/hacktricks-cloud>, below
/// `src/pentesting-cloud/aws-security/aws-privilege-escalation`). With EMR the role that is
/// won is that of the instances, as the page says, and not that of the service.
const PASSING: &[Method] = &[
    Method {
        service: EC2,
        calls: &[
            ("ec2:RunInstances", INSTANCE),
            ("ec2:RunInstances", "arn:aws:ec2:us-east-1::image/"),
            ("ec2:RunInstances", "arn:aws:ec2:us-east-1:ACCOUNT:network-interface/"),
            ("ec2:RunInstances", "arn:aws:ec2:us-east-1:ACCOUNT:security-group/"),
            ("ec2:RunInstances", "arn:aws:ec2:us-east-1:ACCOUNT:subnet/"),
            ("ec2:RunInstances", "arn:aws:ec2:us-east-1:ACCOUNT:volume/"),
        ],
    },
    Method {
        service: EC2,
        calls: &[
            ("ec2:RequestSpotInstances", "arn:aws:ec2:us-east-1:ACCOUNT:spot-instances-request/"),
            ("ec2:RequestSpotInstances", "arn:aws:ec2:us-east-1::image/"),
            ("ec2:RequestSpotInstances", "arn:aws:ec2:us-east-1:ACCOUNT:network-interface/"),
            ("ec2:RequestSpotInstances", "arn:aws:ec2:us-east-1:ACCOUNT:security-group/"),
            ("ec2:RequestSpotInstances", "arn:aws:ec2:us-east-1:ACCOUNT:subnet/"),
        ],
    },
    Method {
        service: EC2,
        calls: &[
            (
                "autoscaling:CreateLaunchConfiguration",
                "arn:aws:autoscaling:us-east-1:ACCOUNT:launchConfiguration:",
            ),
            (
                "autoscaling:CreateAutoScalingGroup",
                "arn:aws:autoscaling:us-east-1:ACCOUNT:autoScalingGroup:",
            ),
        ],
    },
    // Clusters have a role for EMR too: which, and that it may be passed, is not asked.
    Method { service: EC2, calls: &[("elasticmapreduce:RunJobFlow", "*")] },
    Method {
        service: STATES,
        calls: &[("states:CreateStateMachine", MACHINE), ("states:StartExecution", MACHINE)],
    },
    Method {
        service: STATES,
        calls: &[("states:UpdateStateMachine", MACHINE), ("states:StartExecution", MACHINE)],
    },
    Method {
        service: "ssm.amazonaws.com",
        calls: &[(
            "ssm:StartAutomationExecution",
            "arn:aws:ssm:us-east-1:ACCOUNT:automation-definition/",
        )],
    },
    Method {
        service: LAMBDA,
        calls: &[("lambda:CreateFunction", FUNCTION), ("lambda:InvokeFunction", FUNCTION)],
    },
    Method {
        service: LAMBDA,
        calls: &[("lambda:CreateFunction", FUNCTION), ("lambda:CreateEventSourceMapping", "*")],
    },
    Method {
        service: LAMBDA,
        calls: &[("lambda:CreateFunction", FUNCTION), ("lambda:AddPermission", FUNCTION)],
    },
    Method { service: GLUE, calls: &[("glue:CreateDevEndpoint", "*")] },
    Method { service: GLUE, calls: &[("glue:CreateJob", JOB), ("glue:StartJobRun", JOB)] },
    Method {
        service: GLUE,
        calls: &[
            ("glue:CreateJob", JOB),
            ("glue:CreateTrigger", "arn:aws:glue:us-east-1:ACCOUNT:trigger/"),
        ],
    },
    Method { service: GLUE, calls: &[("glue:UpdateJob", JOB), ("glue:StartJobRun", JOB)] },
    Method {
        service: GLUE,
        calls: &[
            ("glue:CreateSession", "arn:aws:glue:us-east-1:ACCOUNT:session/"),
            ("glue:RunStatement", "arn:aws:glue:us-east-1:ACCOUNT:session/"),
        ],
    },
    Method { service: CLOUD_FORMATION, calls: &[("cloudformation:CreateStack", STACK)] },
    Method {
        service: CLOUD_FORMATION,
        calls: &[
            ("cloudformation:CreateChangeSet", STACK),
            ("cloudformation:ExecuteChangeSet", STACK),
        ],
    },
    Method {
        service: CLOUD_FORMATION,
        calls: &[
            ("cloudformation:CreateStackSet", "*"),
            (
                "cloudformation:CreateStackInstances",
                "arn:aws:cloudformation:us-east-1:ACCOUNT:stackset/",
            ),
        ],
    },
    Method {
        service: "datapipeline.amazonaws.com",
        calls: &[
            ("datapipeline:CreatePipeline", "*"),
            (
                "datapipeline:PutPipelineDefinition",
                "arn:aws:datapipeline:us-east-1:ACCOUNT:pipeline/",
            ),
            ("datapipeline:ActivatePipeline", "arn:aws:datapipeline:us-east-1:ACCOUNT:pipeline/"),
        ],
    },
    Method {
        service: SAGE_MAKER,
        calls: &[
            ("sagemaker:CreateNotebookInstance", NOTEBOOK),
            ("sagemaker:CreatePresignedNotebookInstanceUrl", NOTEBOOK),
        ],
    },
    Method {
        service: SAGE_MAKER,
        calls: &[(
            "sagemaker:CreateTrainingJob",
            "arn:aws:sagemaker:us-east-1:ACCOUNT:training-job/",
        )],
    },
    Method {
        service: SAGE_MAKER,
        calls: &[(
            "sagemaker:CreateProcessingJob",
            "arn:aws:sagemaker:us-east-1:ACCOUNT:processing-job/",
        )],
    },
    Method {
        service: CODE_BUILD,
        calls: &[("codebuild:CreateProject", PROJECT), ("codebuild:StartBuild", PROJECT)],
    },
    Method {
        service: CODE_BUILD,
        calls: &[("codebuild:CreateProject", PROJECT), ("codebuild:StartBuildBatch", PROJECT)],
    },
    Method {
        service: CODE_BUILD,
        calls: &[("codebuild:UpdateProject", PROJECT), ("codebuild:StartBuild", PROJECT)],
    },
    Method {
        service: TASKS,
        calls: &[("ecs:RegisterTaskDefinition", DEFINITION), ("ecs:RunTask", DEFINITION)],
    },
    Method {
        service: TASKS,
        calls: &[("ecs:RegisterTaskDefinition", DEFINITION), ("ecs:StartTask", DEFINITION)],
    },
    Method {
        service: TASKS,
        calls: &[
            ("ecs:RegisterTaskDefinition", DEFINITION),
            ("ecs:CreateService", "arn:aws:ecs:us-east-1:ACCOUNT:service/"),
        ],
    },
    Method {
        service: TASKS,
        calls: &[
            ("batch:RegisterJobDefinition", "arn:aws:batch:us-east-1:ACCOUNT:job-definition/"),
            ("batch:SubmitJob", "arn:aws:batch:us-east-1:ACCOUNT:job-definition/"),
            ("batch:SubmitJob", "arn:aws:batch:us-east-1:ACCOUNT:job-queue/"),
        ],
    },
    Method {
        service: "tasks.apprunner.amazonaws.com",
        calls: &[("apprunner:CreateService", "arn:aws:apprunner:us-east-1:ACCOUNT:service/")],
    },
    Method {
        service: "bedrock-agentcore.amazonaws.com",
        calls: &[
            ("bedrock-agentcore:CreateCodeInterpreter", "*"),
            (
                "bedrock-agentcore:StartCodeInterpreterSession",
                "arn:aws:bedrock-agentcore:us-east-1:ACCOUNT:code-interpreter-custom/",
            ),
            (
                "bedrock-agentcore:InvokeCodeInterpreter",
                "arn:aws:bedrock-agentcore:us-east-1:ACCOUNT:code-interpreter-custom/",
            ),
        ],
    },
];

/// Ways that take what runs already, with whatever role it has.
pub(in crate::audit) const RUNNING: &[Method] = &[
    Method { service: LAMBDA, calls: &[("lambda:UpdateFunctionCode", FUNCTION)] },
    // A layer is put before the code.
    Method { service: LAMBDA, calls: &[("lambda:UpdateFunctionConfiguration", FUNCTION)] },
    Method { service: STATES, calls: &[("states:UpdateStateMachine", MACHINE)] },
    Method {
        service: EC2,
        calls: &[
            ("ec2:CreateLaunchTemplateVersion", TEMPLATE),
            ("ec2:ModifyLaunchTemplate", TEMPLATE),
        ],
    },
    Method {
        service: EC2,
        calls: &[(
            "elasticmapreduce:AddJobFlowSteps",
            "arn:aws:elasticmapreduce:us-east-1:ACCOUNT:cluster/",
        )],
    },
    Method {
        service: EC2,
        calls: &[
            ("ssm:SendCommand", INSTANCE),
            ("ssm:SendCommand", "arn:aws:ssm:us-east-1:ACCOUNT:document/"),
        ],
    },
    Method { service: EC2, calls: &[("ssm:StartSession", INSTANCE)] },
    Method {
        service: EC2,
        calls: &[
            ("ec2:ModifyInstanceAttribute", INSTANCE),
            ("ec2:StopInstances", INSTANCE),
            ("ec2:StartInstances", INSTANCE),
        ],
    },
    Method { service: EC2, calls: &[("ec2-instance-connect:SendSSHPublicKey", INSTANCE)] },
    Method {
        service: GLUE,
        calls: &[("glue:UpdateDevEndpoint", "arn:aws:glue:us-east-1:ACCOUNT:devEndpoint/")],
    },
    Method { service: CLOUD_FORMATION, calls: &[("cloudformation:UpdateStack", STACK)] },
    Method { service: CODE_BUILD, calls: &[("codebuild:StartBuild", PROJECT)] },
    Method {
        service: SAGE_MAKER,
        calls: &[("sagemaker:CreatePresignedNotebookInstanceUrl", NOTEBOOK)],
    },
    Method {
        service: TASKS,
        calls: &[
            ("ecs:ExecuteCommand", "arn:aws:ecs:us-east-1:ACCOUNT:cluster/"),
            ("ecs:ExecuteCommand", "arn:aws:ecs:us-east-1:ACCOUNT:task/"),
        ],
    },
    Method {
        service: "tasks.apprunner.amazonaws.com",
        calls: &[("apprunner:UpdateService", "arn:aws:apprunner:us-east-1:ACCOUNT:service/")],
    },
];

pub(super) const PASS: &str = "iam:PassRole";

/// Whose policies may let them pass roles, and what they were found to be able to have run.
pub(super) struct Passing {
    reaches: Reaches,
    able: RefCell<BTreeMap<(Arn, usize), Able>>,
}

/// The calls of a method, where somebody may make all of them.
type Able = Option<Rc<[Hop]>>;

impl Passing {
    pub(super) fn of(asked: &Asked<'_, '_>, is_asked: &dyn Fn(usize) -> bool) -> Self {
        Self { reaches: asked.access.reaches(PASS, is_asked), able: RefCell::default() }
    }

    /// Everybody who is left and can have a service act as the role.
    pub(super) fn to(
        &self,
        access: &Access<'_>,
        role: &Person,
        is_left: &dyn Fn(usize) -> bool,
    ) -> Vec<AuditStep> {
        if is_linked_to_service(&role.arn) {
            return Vec::new();
        }
        let candidates = self.reaches.candidates(role.arn.as_str());
        let candidates: Vec<&Person> = candidates
            .into_iter()
            .filter(|place| is_left(*place))
            .filter_map(|place| access.people().get(place))
            // A role is passed to services of its own account only.
            .filter(|who| who.account == role.account && who.arn != role.arn)
            .collect();
        if candidates.is_empty() {
            return Vec::new();
        }
        let services = services_of(access, role);
        candidates.into_iter().filter_map(|who| self.step(access, who, role, &services)).collect()
    }

    fn step(
        &self,
        access: &Access<'_>,
        who: &Person,
        role: &Person,
        services: &[Hop],
    ) -> Option<AuditStep> {
        let methods = PASSING.iter().enumerate();
        methods.into_iter().find_map(|(number, method)| {
            let assuming = services.iter().find(|hop| is_service(hop, method.service))?;
            let able = self.able(access, who, number, method)?;
            let known = ContextBuilder::new().single("iam:PassedToService", method.service);
            let pass = may(access, who, PASS, role.arn.as_str(), known)?;
            let calls = std::iter::once(pass).chain(able.iter().cloned());
            let calls = calls.chain([assuming.clone()]).collect();
            Some(becoming(who.principal(), &method.name(true), calls, role))
        })
    }

    /// The calls that make a method, if somebody may make all of them.
    fn able(&self, access: &Access<'_>, who: &Person, number: usize, method: &Method) -> Able {
        let key = (who.arn.clone(), number);
        if let Some(known) = self.able.borrow().get(&key) {
            return known.clone();
        }
        let able: Able = method.able(access, who).map(Into::into);
        self.able.borrow_mut().insert(key, able.clone());
        able
    }
}

impl Method {
    /// The action of the first call.
    pub(in crate::audit) fn first(&self) -> &'static str {
        self.calls.first().map_or("", |(action, _)| action)
    }

    /// The published name: the actions, each once.
    pub(in crate::audit) fn name(&self, passing: bool) -> String {
        let mut actions: Vec<&str> = if passing { vec![PASS] } else { Vec::new() };
        for (action, _) in self.calls {
            if actions.last() != Some(action) {
                actions.push(action);
            }
        }
        actions.join(" + ")
    }

    /// The calls, if somebody may make every one.
    pub(in crate::audit) fn able(&self, access: &Access<'_>, who: &Person) -> Option<Vec<Hop>> {
        let calls = self.calls.iter();
        calls.map(|(action, kind)| may_somewhere(access, who, action, kind)).collect()
    }
}

fn is_service(hop: &Hop, name: &str) -> bool {
    matches!(&hop.from, Principal::Service { name: found } if found == name)
}

/// The services that may assume a role.
pub(in crate::audit) fn services_of(access: &Access<'_>, role: &Person) -> Vec<Hop> {
    let is_service = |who: &Principal| matches!(who, Principal::Service { .. });
    let edges = access.direct_among(&role.arn, &Wanted::default(), &is_service);
    hops_to(&role.arn, &edges).into_iter().filter(is_allowed).collect()
}
